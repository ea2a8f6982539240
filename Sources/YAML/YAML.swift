internal import CYAML

/// A YAML document, through libyaml: scalars as text, whatever they look like.
public struct YAML: Sendable {
    /// What a node is.
    public enum Content: Sendable {
        /// Text, without its quotes.
        case scalar(String)
        /// A list.
        case sequence([YAML])
        /// Values by their names, in the order of the file; no name is there twice.
        case mapping([(name: String, value: YAML)])
    }

    /// What it is.
    public let content: Content
    /// The line of the file that it starts in, from 1.
    public let line: Int

    /// The text of a scalar, nil of anything else.
    public var scalar: String? { if case .scalar(let text) = content { text } else { nil } }
    /// The items of a sequence, nil of anything else.
    public var sequence: [YAML]? { if case .sequence(let items) = content { items } else { nil } }
    /// The entries of a mapping, nil of anything else.
    public var mapping: [(name: String, value: YAML)]? {
        if case .mapping(let entries) = content { entries } else { nil }
    }

    /// The value of a name in a mapping.
    public subscript(name: String) -> YAML? { mapping?.first { $0.name == name }?.value }

    /// How deep nodes may lie in each other: configurations are flat, and an alias can hold itself.
    private static let depthLimit = 16
    /// How many nodes there may be, each counted as often as aliases repeat it.
    private static let nodeLimit = 100_000

    /// The first document in `text`, or nil if there is none; throws `malformed`.
    public static func parse(_ text: String) throws(YAMLError) -> YAML? {
        var bytes = Array(text.utf8)
        let result = unsafe bytes.withUnsafeMutableBufferPointer { bytes in
            Result { () throws(YAMLError) in try unsafe parse(bytes) }
        }
        return try result.get()
    }

    private static func parse(
        _ bytes: UnsafeMutableBufferPointer<UInt8>
    ) throws(YAMLError) -> YAML? {
        var parser = unsafe yaml_parser_t()
        guard unsafe yaml_parser_initialize(&parser) != 0 else {
            throw .malformed(line: 1, "no memory")
        }
        defer { unsafe yaml_parser_delete(&parser) }
        unsafe yaml_parser_set_input_string(&parser, bytes.baseAddress, bytes.count)
        var document = unsafe yaml_document_t()
        guard unsafe yaml_parser_load(&parser, &document) != 0 else {
            let reason =
                unsafe parser.problem.map { unsafe String(cString: $0) } ?? "it cannot be read"
            let line =
                unsafe parser.problem_mark.line > 0 ? parser.problem_mark.line : parser.mark.line
            throw .malformed(line: line + 1, reason)
        }
        defer { unsafe yaml_document_delete(&document) }
        guard let root = unsafe yaml_document_get_root_node(&document) else { return nil }
        var left = nodeLimit
        return try unsafe YAML(root, of: &document, depth: 0, &left)
    }

    private init(
        _ node: UnsafeMutablePointer<yaml_node_t>, of document: inout yaml_document_t, depth: Int,
        _ left: inout Int
    ) throws(YAMLError) {
        line = unsafe node.pointee.start_mark.line + 1
        left -= 1
        guard depth < Self.depthLimit, left > 0 else {
            throw .malformed(line: line, "it is too deep or too large")
        }
        let data = unsafe node.pointee.data
        switch unsafe node.pointee.type {
        case YAML_SCALAR_NODE:
            content = unsafe .scalar(
                String(
                    decoding: UnsafeBufferPointer(
                        start: data.scalar.value, count: data.scalar.length), as: UTF8.self))
        case YAML_SEQUENCE_NODE:
            var items: [YAML] = []
            var item = unsafe data.sequence.items.start
            while let index = unsafe item, unsafe index < data.sequence.items.top {
                unsafe items.append(
                    try Self.child(index.pointee, of: &document, line, depth, &left))
                unsafe item = index + 1
            }
            content = .sequence(items)
        default:
            var entries: [(name: String, value: YAML)] = []
            var pair = unsafe data.mapping.pairs.start
            while let index = unsafe pair, unsafe index < data.mapping.pairs.top {
                let name = try unsafe Self.child(
                    index.pointee.key, of: &document, line, depth, &left)
                let value = try unsafe Self.child(
                    index.pointee.value, of: &document, line, depth, &left)
                guard let text = name.scalar else {
                    throw .malformed(line: name.line, "a name is no text")
                }
                guard !entries.contains(where: { $0.name == text }) else {
                    throw .malformed(line: name.line, "\(text) is there twice")
                }
                entries.append((text, value))
                unsafe pair = index + 1
            }
            content = .mapping(entries)
        }
    }

    private static func child(
        _ index: CInt, of document: inout yaml_document_t, _ line: Int, _ depth: Int,
        _ left: inout Int
    ) throws(YAMLError) -> YAML {
        guard let node = unsafe yaml_document_get_node(&document, index) else {
            throw .malformed(line: line, "a value is missing")
        }
        return try unsafe YAML(node, of: &document, depth: depth + 1, &left)
    }
}
