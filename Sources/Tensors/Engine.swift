internal import CKernels

/// oneDNN on this processor: what its primitives are made for, and executed by.
final class Engine {
    let engine: dnnl_engine_t
    let stream: dnnl_stream_t

    init() {
        var (engine, stream): (dnnl_engine_t?, dnnl_stream_t?)
        dnnl_engine_create(&engine, dnnl_cpu, 0)
        dnnl_stream_create(&stream, engine, dnnl_stream_default_flags.rawValue)
        guard let engine, let stream else { fatalError("oneDNN has no engine for this processor") }
        (self.engine, self.stream) = (engine, stream)
    }

    deinit {
        dnnl_stream_destroy(stream)
        dnnl_engine_destroy(engine)
    }
}
