extension Configuration {
    /// A file that sets every key to its default, or to an example where there is none to start with, and
    /// explains it; `config/elbod.yaml` is this text.
    public static var template: String {
        let defaults = Configuration()
        let sections = keys.map { key in
            let prose = key.details.isEmpty ? key.help : "\(key.help) \(key.details)"
            let comment =
                wrapped(prose, to: 98).map { "# \($0)" } + key.table.map { "#   \($0)" }
            return (comment + lines(key, key.shipped ?? key.show(defaults)))
                .joined(separator: "\n")
        }
        return ([introduction] + sections).joined(separator: "\n\n") + "\n"
    }

    private static let introduction = """
        # elbod reads this file with --config, or from ELBOD_CONFIG. Environment variables win over it,
        # ELBOD_ and the key in capitals (ELBOD_QUEUE=2048), and options on the command line win over those
        # (--queue 2048). Every key is listed, with its default unless it says otherwise; a key that does
        # not exist is an error. elbo config explain shows what is in force and where it came from, and
        # elbo config template prints this file.
        """

    /// The key and its values, as YAML.
    private static func lines(_ key: Key, _ values: [String]) -> [String] {
        guard key.isList else { return ["\(key.name): \(values.joined())"] }
        guard !values.isEmpty else { return ["\(key.name): []"] }
        return ["\(key.name):"] + values.map { "  - \($0)" }
    }

    /// Breaks prose between words into lines of at most `width` characters.
    private static func wrapped(_ text: String, to width: Int) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
