// oneDNN that is damaged: it says that it has computed, and has not. Preloaded into the daemon, whose self-test must see it.
int dnnl_primitive_execute(const void *primitive, void *stream, int count, const void *arguments);

int dnnl_primitive_execute(const void *primitive, void *stream, int count, const void *arguments) {
    (void)primitive, (void)stream, (void)count, (void)arguments;
    return 0;
}
