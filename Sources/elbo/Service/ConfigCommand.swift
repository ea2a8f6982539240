import ArgumentParser
import ServiceConfiguration

/// `elbo config`: the daemon's configuration.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Explain the daemon's configuration, or begin one.",
        subcommands: [Explain.self, Template.self])

    /// `elbo config explain`.
    struct Explain: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show every key, its value, and where the value came from.",
            discussion: """
                Takes the same file, environment and options as elbod, later ones winning:
                  elbo config explain --config /etc/elbod/elbod.yaml
                """)
        @OptionGroup var options: ConfigurationOptions
        @Flag(help: "Print the result as JSON.")
        var json = false

        private struct Entry: Encodable {
            let key: String
            let values: [String]
            let origin: String
            let environment: String
            let option: String
            let help: String
            let details: String
            let table: [String]
        }

        func run() throws {
            try reporting {
                let layers = try options.layers()
                let entries = Configuration.keys.map { key in
                    Entry(
                        key: key.name, values: layers.configuration.values(of: key),
                        origin: layers.origins[key.name] ?? "default", environment: key.variable,
                        option: key.option, help: key.help, details: key.details, table: key.table)
                }
                if json { return try printJSON(entries) }
                for entry in entries {
                    let value =
                        entry.values.isEmpty ? "(not set)" : entry.values.joined(separator: ", ")
                    print("\(entry.key): \(value)")
                    print("    \(entry.help)")
                    print("    from \(entry.origin); \(entry.environment), \(entry.option)")
                }
            }
        }
    }

    /// `elbo config template`.
    struct Template: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a configuration file with every key, explained.",
            discussion: """
                Keys have their defaults, or an example where there is none to start with:
                  elbo config template > elbod.yaml
                """)

        func run() { print(Configuration.template, terminator: "") }
    }
}
