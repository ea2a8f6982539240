// oneDNN's C API, and the two or three calls that differ between its versions 2 and 3.
#pragma once
#include <dnnl.h>

// From libgomp, which Debian's oneDNN is built on; declared here because gcc's omp.h is not on
// clang's search path.
void omp_set_num_threads(int count);

/// Makes the calling thread treat subnormal numbers as zero, in and out.
static inline void elbod_flush_subnormals(void) {
#if defined(__x86_64__)
    __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x8040);
#elif defined(__aarch64__)
    __builtin_aarch64_set_fpcr(__builtin_aarch64_get_fpcr() | (1u << 24));
#endif
}

/// An element-wise function over `count` contiguous floats, as an executable primitive.
///
/// Version 2 describes an operation first and a primitive after it; version 3 does both at once and
/// keeps memory descriptors behind pointers. Everything else Tensors uses is the same in both.
static inline dnnl_status_t elbod_eltwise_create(
    dnnl_primitive_t *primitive, dnnl_memory_t *source, dnnl_memory_t *destination,
    dnnl_engine_t engine, dnnl_alg_kind_t algorithm, float alpha, dnnl_dim_t count) {
    dnnl_dims_t dims = {count};
    dnnl_primitive_desc_t description = NULL;
    dnnl_status_t status;
#if DNNL_VERSION_MAJOR >= 3
    dnnl_memory_desc_t layout = NULL;
    status = dnnl_memory_desc_create_with_tag(&layout, 1, dims, dnnl_f32, dnnl_a);
    if (status != dnnl_success) return status;
    status = dnnl_eltwise_forward_primitive_desc_create(
        &description, engine, dnnl_forward_inference, algorithm, layout, layout, alpha, 0, NULL);
    if (status == dnnl_success)
        status = dnnl_memory_create(source, layout, engine, DNNL_MEMORY_NONE);
    if (status == dnnl_success)
        status = dnnl_memory_create(destination, layout, engine, DNNL_MEMORY_NONE);
    dnnl_memory_desc_destroy(layout);
#else
    dnnl_memory_desc_t layout;
    dnnl_eltwise_desc_t operation;
    status = dnnl_memory_desc_init_by_tag(&layout, 1, dims, dnnl_f32, dnnl_a);
    if (status == dnnl_success)
        status = dnnl_eltwise_forward_desc_init(
            &operation, dnnl_forward_inference, algorithm, &layout, alpha, 0);
    if (status == dnnl_success)
        status = dnnl_primitive_desc_create(&description, &operation, NULL, engine, NULL);
    if (status == dnnl_success)
        status = dnnl_memory_create(source, &layout, engine, DNNL_MEMORY_NONE);
    if (status == dnnl_success)
        status = dnnl_memory_create(destination, &layout, engine, DNNL_MEMORY_NONE);
#endif
    if (status == dnnl_success) status = dnnl_primitive_create(primitive, description);
    if (description) dnnl_primitive_desc_destroy(description);
    return status;
}

/// Runs a primitive made by `elbod_eltwise_create` from one buffer into another (or the same).
static inline dnnl_status_t elbod_eltwise_execute(
    dnnl_primitive_t primitive, dnnl_stream_t stream, dnnl_memory_t source,
    dnnl_memory_t destination, const float *input, float *output) {
    dnnl_memory_set_data_handle(source, (void *)input);
    dnnl_memory_set_data_handle(destination, output);
    dnnl_exec_arg_t arguments[2] = {{DNNL_ARG_SRC, source}, {DNNL_ARG_DST, destination}};
    return dnnl_primitive_execute(primitive, stream, 2, arguments);
}
