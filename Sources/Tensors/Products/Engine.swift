internal import CKernels

/// oneDNN on this processor: what its primitives are made for, and executed by.
@safe final class Engine {
    let engine: dnnl_engine_t
    let stream: dnnl_stream_t

    init() {
        var (engine, stream): (dnnl_engine_t?, dnnl_stream_t?)
        unsafe dnnl_engine_create(&engine, dnnl_cpu, 0)
        unsafe dnnl_stream_create(&stream, engine, dnnl_stream_default_flags.rawValue)
        guard let engine = unsafe engine, let stream = unsafe stream else {
            fatalError("oneDNN has no engine for this processor")
        }
        unsafe (self.engine, self.stream) = (engine, stream)
    }

    deinit {
        unsafe dnnl_stream_destroy(stream)
        unsafe dnnl_engine_destroy(engine)
    }
}
