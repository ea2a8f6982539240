import Foundation
import TestSupport
import Testing

/// The object in a line, which must be one line of strict JSON in valid UTF-8.
func object(
    _ line: [UInt8], sourceLocation: SourceLocation = #_sourceLocation
) throws -> [String: Any] {
    #expect(!line.contains { $0 < 0x20 }, sourceLocation: sourceLocation)
    #expect(String(validating: line, as: UTF8.self) != nil, sourceLocation: sourceLocation)
    return try #require(strictObject(line) as? [String: Any], sourceLocation: sourceLocation)
}
