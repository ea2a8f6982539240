import Glibc

/// Why a drawing cannot be made into a picture.
public enum SVGRasterizerError: Error, Sendable, CustomStringConvertible {
    /// The library is not installed.
    case missing(String)
    /// The library refused the drawing.
    case refused

    /// One sentence an operator can act on.
    public var description: String {
        switch self {
        case .missing(let library):
            "PNG files of figures are drawn by librsvg, and \(library) is not here: install Debian's "
                + "librsvg2-2 and fonts-dejavu-core, or name a file that ends in .svg"
        case .refused: "librsvg cannot draw the figure; name a file that ends in .svg"
        }
    }
}

/// Draws an SVG document of at most 2 GiB into a PNG file of `width × height` pixels.
///
/// librsvg is loaded when it is first needed, so that programs run, and are built, without it: it
/// brings twenty libraries along that a service has no use for.
public func renderPNG(svg: [UInt8], width: Int, height: Int) throws(SVGRasterizerError) -> [UInt8] {
    let library = try Library()
    guard
        let handle = unsafe svg.withUnsafeBufferPointer({
            unsafe library.open($0.baseAddress, $0.count, nil)
        })
    else { throw .refused }
    defer { unsafe library.release(handle) }
    // CAIRO_FORMAT_ARGB32
    guard let surface = unsafe library.createSurface(0, Int32(width), Int32(height)) else {
        throw .refused
    }
    defer { unsafe library.destroySurface(surface) }
    guard let context = unsafe library.createContext(surface) else { throw .refused }
    defer { unsafe library.destroyContext(context) }
    var viewport = (0.0, 0.0, Double(width), Double(height))
    guard unsafe library.render(handle, context, &viewport, nil) != 0 else { throw .refused }

    final class Sink { var bytes: [UInt8] = [] }
    let sink = Sink()
    let status = unsafe library.write(
        surface,
        { sink, data, count in
            guard let sink = unsafe sink, let data = unsafe data else { return 1 }
            unsafe Unmanaged<Sink>.fromOpaque(sink).takeUnretainedValue().bytes.append(
                contentsOf: UnsafeBufferPointer(start: data, count: Int(count)))
            return 0
        }, unsafe Unmanaged.passUnretained(sink).toOpaque())
    guard status == 0, !sink.bytes.isEmpty else { throw .refused }
    return sink.bytes
}

/// The functions of librsvg, cairo and gobject that are used, as their headers declare them.
@safe private struct Library {
    typealias Pointer = UnsafeMutableRawPointer
    typealias Writer = @convention(c) (Pointer?, UnsafePointer<UInt8>?, UInt32) -> Int32

    let open: @convention(c) (UnsafePointer<UInt8>?, Int, Pointer?) -> Pointer?
    let render: @convention(c) (Pointer, Pointer, Pointer, Pointer?) -> Int32
    let release: @convention(c) (Pointer) -> Void
    let createSurface: @convention(c) (Int32, Int32, Int32) -> Pointer?
    let createContext: @convention(c) (Pointer) -> Pointer?
    let destroyContext: @convention(c) (Pointer) -> Void
    let destroySurface: @convention(c) (Pointer) -> Void
    let write: @convention(c) (Pointer, Writer, Pointer?) -> Int32

    init() throws(SVGRasterizerError) {
        let rsvg = try unsafe Self.load("librsvg-2.so.2")
        let cairo = try unsafe Self.load("libcairo.so.2")
        let gobject = try unsafe Self.load("libgobject-2.0.so.0")
        unsafe open = try unsafe Self.function("rsvg_handle_new_from_data", in: rsvg)
        unsafe render = try unsafe Self.function("rsvg_handle_render_document", in: rsvg)
        unsafe release = try unsafe Self.function("g_object_unref", in: gobject)
        unsafe createSurface = try unsafe Self.function("cairo_image_surface_create", in: cairo)
        unsafe createContext = try unsafe Self.function("cairo_create", in: cairo)
        unsafe destroyContext = try unsafe Self.function("cairo_destroy", in: cairo)
        unsafe destroySurface = try unsafe Self.function("cairo_surface_destroy", in: cairo)
        unsafe write = try unsafe Self.function("cairo_surface_write_to_png_stream", in: cairo)
    }

    private static func load(_ name: String) throws(SVGRasterizerError) -> Pointer {
        guard let library = unsafe dlopen(name, RTLD_NOW) else { throw .missing(name) }
        return unsafe library
    }

    private static func function<F>(_ name: String, in library: Pointer) throws(SVGRasterizerError)
        -> F
    {
        guard let symbol = unsafe dlsym(library, name) else { throw .missing(name) }
        return unsafe unsafeBitCast(symbol, to: F.self)
    }
}
