import Drawing

/// Pieces of HTML; every text given to them is escaped.
enum Markup {
    static func heading(_ text: String, id: String) -> String {
        "<h2 id=\"\(id)\">\(escaped(text))</h2>\n"
    }

    static func paragraph(_ text: String) -> String { "<p>\(escaped(text))</p>\n" }

    static func figure(_ figure: Figure) -> String {
        "<figure>\(figure.inline)<figcaption>\(escaped(figure.caption)).</figcaption></figure>\n"
    }

    /// A table whose first row is its head; columns of numbers are aligned to the right.
    static func table(_ rows: [[String]]) -> String {
        guard let head = rows.first else { return "" }
        let numeric = head.indices.map { column in
            rows.dropFirst().allSatisfy { $0[column].isEmpty || $0[column].startsAsNumber }
        }
        let cells = { (row: [String], tag: String) in
            zip(row, numeric).map { text, isNumber in
                "<\(tag)\(isNumber ? " class=\"n\"" : "")>\(escaped(text))</\(tag)>"
            }.joined()
        }
        let body = rows.dropFirst().map { "<tr>\(cells($0, "td"))</tr>\n" }.joined()
        return "<div class=\"scroll\"><table><thead><tr>\(cells(head, "th"))</tr></thead>\n"
            + "<tbody>\(body)</tbody></table></div>\n"
    }

    static func code(_ text: String) -> String { "<pre><code>\(escaped(text))</code></pre>\n" }

    /// A whole page that needs nothing from elsewhere.
    static func page(
        title: String, lead: String, sections: [(id: String, title: String, html: String)]
    )
        -> String
    {
        let links = sections.map { "<a href=\"#\($0.id)\">\(escaped($0.title))</a>" }
        let body = sections.map {
            "<section>\n\(heading($0.title, id: $0.id))\($0.html)</section>\n"
        }
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width,initial-scale=1">
            <title>\(escaped(title))</title>
            <style>
            \(style)
            \(Theme.css)</style>
            </head>
            <body>
            <header><h1>\(escaped(title))</h1>
            \(lead)<nav>\(links.joined(separator: " "))</nav></header>
            <main>
            \(body.joined())</main>
            </body>
            </html>

            """
    }

    private static let style = """
        :root{color-scheme:light dark;--ink:#1c1e22;--quiet:#5b6068;--faint:#e2e4e8;--ground:#fff}
        @media screen and (prefers-color-scheme:dark){
        :root{--ink:#e6e8ec;--quiet:#a2a8b2;--faint:#33373f;--ground:#16181d}}
        body{margin:0 auto;max-width:860px;padding:24px 20px 64px;background:var(--ground);
        color:var(--ink);font:16px/1.5 system-ui,"DejaVu Sans",sans-serif}
        h1{font-size:28px;line-height:1.2;margin:0 0 8px}
        h2{font-size:21px;margin:44px 0 8px;border-top:1px solid var(--faint);padding-top:20px}
        p{margin:8px 0;max-width:70ch}
        nav{display:flex;flex-wrap:wrap;gap:4px 18px;margin:16px 0;font-size:14px}
        a{color:inherit;text-underline-offset:3px}
        figure{margin:18px 0;break-inside:avoid}
        figure svg{max-width:100%;height:auto;display:block}
        figcaption{color:var(--quiet);font-size:14px;margin-top:6px;max-width:80ch}
        .scroll{overflow-x:auto}
        table{border-collapse:collapse;font-size:14px;font-variant-numeric:tabular-nums;margin:12px 0}
        th,td{padding:4px 16px 4px 0;text-align:left;border-bottom:1px solid var(--faint);
        vertical-align:top}
        .n{text-align:right}
        th{color:var(--quiet);font-weight:600}
        h3{font-size:17px;margin:24px 0 4px}
        .pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(320px,1fr));gap:0 20px}
        pre{background:var(--faint);padding:10px 12px;border-radius:6px;white-space:pre-wrap;
        overflow-wrap:anywhere;font-size:13px;margin:8px 0}
        code{font-family:ui-monospace,"DejaVu Sans Mono",monospace}
        td code{overflow-wrap:anywhere}
        @media print{body{max-width:none;padding:0;font-size:11pt}nav{display:none}
        h2{break-after:avoid}}
        """
}

extension String {
    /// Whether it reads as a number, with a unit or more after it.
    fileprivate var startsAsNumber: Bool {
        guard let first = first(where: { !"-−".contains($0) }) else { return false }
        return first.isNumber
    }
}
