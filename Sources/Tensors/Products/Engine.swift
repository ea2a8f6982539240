internal import CKernels
import Synchronization

/// oneDNN on this processor: what its primitives are made for, and executed by.
@safe final class Engine {
    /// Whoever describes or makes a primitive is alone with oneDNN in this process.
    ///
    /// Where one thread has oneDNN 2.6 describe a convolution of floats while another has it describe one of bfloat16,
    /// in one of ten processes what comes of it computes something else, for as long as the process lives.
    private static let turn = Mutex(())
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

    /// Makes primitives, one thread at a time.
    static func make<Result>(_ body: () -> Result) -> Result { turn.withLock { _ in body() } }

    deinit {
        unsafe dnnl_stream_destroy(stream)
        unsafe dnnl_engine_destroy(engine)
    }
}
