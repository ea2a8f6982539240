public import ArgumentParser
import FoundationEssentials

/// The daemon's configuration as options: a file, and every key of `Configuration.keys`.
///
/// ArgumentParser finds the options of a type by its mirror and hands their values out by a decoder's
/// keys. Both are made from the table here, so that no key is declared twice.
public struct ConfigurationOptions: ParsableArguments {
    private var config: String?
    private var given: [String: [String]] = [:]

    /// Nothing given.
    public init() {}

    /// Takes what the command line gave; a key that it did not name is not in `given`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Name.self)
        config = try container.decode(Option<String?>.self, forKey: Self.file).wrappedValue
        for key in Configuration.keys {
            let name = Name(key.name)
            if key.isList {
                let values = try container.decode(Option<[String]>.self, forKey: name).wrappedValue
                if !values.isEmpty { given[key.name] = values }
            } else {
                let value = try container.decode(Option<String?>.self, forKey: name).wrappedValue
                given[key.name] = value.map { [$0] }
            }
        }
    }

    /// Puts defaults, file, environment and these options together.
    public func layers() throws(ConfigurationError) -> ConfigurationLayers {
        let environment = ProcessInfo.processInfo.environment
        var layers = ConfigurationLayers()
        if let file = config ?? environment["ELBOD_CONFIG"] { try layers.add(file: file) }
        try layers.add(environment: environment)
        try layers.add(options: given)
        return layers
    }

    private static let file = Name("config")

    /// The name of an option, as the parser stores its value.
    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.init(stringValue) }
        init?(intValue: Int) { nil }
    }
}

extension ConfigurationOptions: CustomReflectable {
    /// What ArgumentParser sees: one property wrapper for each option.
    public var customMirror: Mirror {
        let file = Option<String?>(
            name: .customLong(Self.file.stringValue),
            help: ArgumentHelp("YAML file (default: $ELBOD_CONFIG).", valueName: "file"))
        let options: [(label: String?, value: Any)] = Configuration.keys.map { key in
            let name = NameSpecification.customLong(key.optionName)
            let value: Any
            if key.isList {
                let help = ArgumentHelp(
                    "\(key.help) May be repeated.", valueName: key.valueName)
                value = Option<[String]>(wrappedValue: [], name: name, help: help)
            } else {
                let help = ArgumentHelp("\(key.help)", valueName: key.valueName)
                value = Option<String?>(name: name, help: help)
            }
            return (key.name, value)
        }
        return Mirror(self, children: [(Self.file.stringValue, file)] + options)
    }
}
