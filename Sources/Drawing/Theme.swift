/// The colours of figures, by class, on light and on dark ground.
///
/// The ten colours of series are Petroff's ("Accessible Color Sequences for Data Visualization",
/// 2021), chosen to be told apart by colour-blind readers; lines differ in their dashes as well.
public enum Theme {
    private static let light = [
        "#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#b9ac70",
        "#717581", "#92dadd",
    ]
    private static let dark = [
        "#5aa6ee", "#ffa90e", "#f06a50", "#a9b8b6", "#c08be8", "#c98a78", "#ff8a3d", "#c9bf80",
        "#9ea3b0", "#92dadd",
    ]
    private static let dashes = ["", "8 4", "2 4", "10 3 2 3", "5 3", "", "8 4", "2 4", "", "5 3"]

    /// The number of distinct series.
    public static let seriesCount = 10

    /// Every other series is drawn with squares instead of dots, so that colours which are alike
    /// (orange and red, the greys, the browns) differ in form.
    static func isSquare(_ series: Int) -> Bool { [2, 5, 6, 8, 9].contains(series) }

    private static let fixed = """
        .t{font:13px system-ui,"DejaVu Sans",sans-serif}
        .small{font:11px system-ui,"DejaVu Sans",sans-serif}
        .big{font:bold 15px system-ui,"DejaVu Sans",sans-serif}
        .px{image-rendering:pixelated}
        .axis,.grid,.mark{fill:none;stroke-width:1}
        .mark{stroke-width:1.5;stroke-dasharray:6 4}
        """

    private static func colors(
        ink: String, quiet: String, faint: String, ground: String, series: [String]
    ) -> String {
        var css = """
            .t,.small,.big{fill:\(ink)}
            .quiet{fill:\(quiet)}
            .axis{stroke:\(quiet)}
            .grid{stroke:\(faint)}
            .mark{stroke:\(ink)}
            .band{fill:\(faint)}
            .halo{fill:none;stroke:\(ground);stroke-width:4;stroke-linejoin:round}

            """
        for (index, color) in series.enumerated() {
            css += ".f\(index){fill:\(color)}.l\(index),.d\(index){stroke:\(color)}"
            css += ".a\(index){fill:\(color);fill-opacity:0.35;stroke:\(color)}\n"
        }
        return css
    }

    private static var lines: String {
        dashes.enumerated().map { index, dash in
            ".l\(index){fill:none;stroke-width:2"
                + (dash.isEmpty ? "" : ";stroke-dasharray:\(dash)") + "}.d\(index){fill:none}"
        }.joined(separator: "\n")
    }

    /// The style sheet: light, and dark where the reader prefers that and does not print.
    public static var css: String {
        let day = colors(
            ink: "#1c1e22", quiet: "#5b6068", faint: "#e2e4e8", ground: "#ffffff", series: light)
        let night = colors(
            ink: "#e6e8ec", quiet: "#a2a8b2", faint: "#33373f", ground: "#16181d", series: dark)
        return
            "\(fixed)\n\(lines)\n\(day)@media screen and (prefers-color-scheme:dark){\n\(night)}\n"
    }

    /// The style sheet of pictures without a reader's preference: light alone.
    static var lightCSS: String {
        "\(fixed)\n\(lines)\n"
            + colors(
                ink: "#1c1e22", quiet: "#5b6068", faint: "#e2e4e8", ground: "#ffffff",
                series: light)
    }
}
