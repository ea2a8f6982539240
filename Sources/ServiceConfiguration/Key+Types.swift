// The types that values have; each says how text is read, and what is allowed if it cannot be.
extension Configuration.Key {
    /// What a key of any type needs: how it is spelt and what is said of it.
    struct Text {
        let name: String
        let help: String
        let valueName: String
        var details = ""
        var table: [String] = []
        var shipped: [String]?

        init(
            _ name: String, _ help: String, _ valueName: String, details: String = "",
            table: [String] = [], shipped: [String]? = nil
        ) {
            (self.name, self.help, self.valueName) = (name, help, valueName)
            (self.details, self.table, self.shipped) = (details, table, shipped)
        }
    }

    private init(
        _ text: Text, isList: Bool = false, range: String = "",
        show: @escaping @Sendable (Configuration) -> [String],
        read: @escaping @Sendable (inout Configuration, [String]) throws(ConfigurationError) -> Void
    ) {
        name = text.name
        help = "\(text.help)\(range)."
        (details, table, shipped) = (text.details, text.table, text.shipped)
        valueName = text.valueName
        self.isList = isList
        (self.read, self.show) = (read, show)
    }

    /// One value that `parse` makes of text; nil is refused, and `allowed` tells why.
    static func value<Value: Sendable>(
        _ text: Text, _ path: any WritableKeyPath<Configuration, Value> & Sendable,
        allowed: String, range: String = "", show: @escaping @Sendable (Value) -> String,
        parse: @escaping @Sendable (String) -> Value?
    ) -> Self {
        let name = text.name
        return Self(
            text, range: range, show: { [show($0[keyPath: path])] },
            read: { configuration, values throws(ConfigurationError) in
                guard let value = parse(values[0]) else {
                    throw .value(key: name, value: values[0], allowed: allowed)
                }
                configuration[keyPath: path] = value
            })
    }

    /// Text, anything but nothing unless `isAllowed` says otherwise.
    static func text(
        _ text: Text, _ path: any WritableKeyPath<Configuration, String> & Sendable,
        allowed: String, _ isAllowed: @escaping @Sendable (String) -> Bool = { !$0.isEmpty }
    ) -> Self {
        value(text, path, allowed: allowed, show: { $0 }, parse: { isAllowed($0) ? $0 : nil })
    }

    /// Text, or `none` for nil.
    static func optional(
        _ text: Text, _ path: any WritableKeyPath<Configuration, String?> & Sendable,
        allowed: String, _ isAllowed: @escaping @Sendable (String) -> Bool
    ) -> Self {
        value(
            text, path, allowed: allowed, show: { $0 ?? "none" },
            parse: { value -> String?? in
                if value == "none" { return .some(nil) }
                return isAllowed(value) ? .some(value) : nil
            })
    }

    /// A value that `parse` makes of text, or `none` for nil.
    static func optionalValue<Value: Sendable>(
        _ text: Text, _ path: any WritableKeyPath<Configuration, Value?> & Sendable,
        allowed: String, show: @escaping @Sendable (Value) -> String,
        parse: @escaping @Sendable (String) -> Value?
    ) -> Self {
        value(
            text, path, allowed: allowed, show: { $0.map(show) ?? "none" },
            parse: { value -> Value?? in
                if value == "none" { return .some(nil) }
                return parse(value).map { .some($0) }
            })
    }

    /// An integer of a range, which the help names.
    static func integer(
        _ text: Text, _ path: any WritableKeyPath<Configuration, Int> & Sendable,
        _ range: ClosedRange<Int>
    ) -> Self {
        let bounds = "\(range.lowerBound) to \(range.upperBound)"
        return value(
            text, path, allowed: "a whole number from \(bounds)", range: ", \(bounds)",
            show: { "\($0)" }, parse: { Int($0).flatMap { range.contains($0) ? $0 : nil } })
    }

    /// True or false.
    static func flag(
        _ text: Text, _ path: any WritableKeyPath<Configuration, Bool> & Sendable
    ) -> Self {
        value(
            text, path, allowed: "true or false", range: ", true or false", show: { "\($0)" },
            parse: { Bool($0) })
    }

    /// Several values, any text.
    static func list(
        _ text: Text, _ path: any WritableKeyPath<Configuration, [String]> & Sendable
    ) -> Self {
        Self(
            text, isList: true, show: { $0[keyPath: path] },
            read: { configuration, values in configuration[keyPath: path] = values })
    }

    /// Several endpoints.
    static func endpoints(
        _ text: Text, _ path: any WritableKeyPath<Configuration, [Endpoint]> & Sendable
    ) -> Self {
        let name = text.name
        return Self(
            text, isList: true, show: { $0[keyPath: path].map(\.description) },
            read: { configuration, values throws(ConfigurationError) in
                var endpoints: [Endpoint] = []
                for text in values {
                    do throws(ConfigurationError) { try endpoints.append(Endpoint(text)) } catch {
                        guard case .value(_, let value, let allowed) = error else { throw error }
                        throw .value(key: name, value: value, allowed: allowed)
                    }
                }
                configuration[keyPath: path] = endpoints
            })
    }
}
