// Products by oneDNN. Its C API describes operations differently in versions 2 and 3; either will do.
#include "kernels.h"
#include "packing.h"

dnnl_status_t elbod_matmul_create(
    dnnl_primitive_t *primitive, dnnl_memory_t *a, dnnl_memory_t *b, dnnl_memory_t *c, dnnl_engine_t engine,
    dnnl_dim_t m, dnnl_dim_t k, dnnl_dim_t n, dnnl_data_type_t type, int a_transposed, int b_transposed,
    int accumulating) {
    dnnl_dims_t a_dims = {m, k}, b_dims = {k, n}, c_dims = {m, n};
    dnnl_dims_t a_strides = {a_transposed ? 1 : k, a_transposed ? m : 1};
    dnnl_dims_t b_strides = {b_transposed ? 1 : n, b_transposed ? k : 1};
    dnnl_dims_t c_strides = {n, 1};
    dnnl_primitive_desc_t description = NULL;
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_post_ops_t after = NULL;
    dnnl_status_t status = dnnl_primitive_attr_create(&attributes);
    if (status == dnnl_success && accumulating) {
        status = dnnl_post_ops_create(&after);
#if DNNL_VERSION_MAJOR >= 3
        if (status == dnnl_success) status = dnnl_post_ops_append_sum(after, 1, 0, dnnl_f32);
#else
        if (status == dnnl_success) status = dnnl_post_ops_append_sum(after, 1);
#endif
        if (status == dnnl_success) status = dnnl_primitive_attr_set_post_ops(attributes, after);
    }
#if DNNL_VERSION_MAJOR >= 3
    dnnl_memory_desc_t of_a = NULL, of_b = NULL, of_c = NULL;
    if (status == dnnl_success) status = dnnl_memory_desc_create_with_strides(&of_a, 2, a_dims, type, a_strides);
    if (status == dnnl_success) status = dnnl_memory_desc_create_with_strides(&of_b, 2, b_dims, type, b_strides);
    if (status == dnnl_success)
        status = dnnl_memory_desc_create_with_strides(&of_c, 2, c_dims, dnnl_f32, c_strides);
    if (status == dnnl_success)
        status = dnnl_matmul_primitive_desc_create(&description, engine, of_a, of_b, NULL, of_c, attributes);
    if (status == dnnl_success) status = dnnl_memory_create(a, of_a, engine, DNNL_MEMORY_NONE);
    if (status == dnnl_success) status = dnnl_memory_create(b, of_b, engine, DNNL_MEMORY_NONE);
    if (status == dnnl_success) status = dnnl_memory_create(c, of_c, engine, DNNL_MEMORY_NONE);
    dnnl_memory_desc_destroy(of_a);
    dnnl_memory_desc_destroy(of_b);
    dnnl_memory_desc_destroy(of_c);
#else
    dnnl_memory_desc_t of_a, of_b, of_c;
    dnnl_matmul_desc_t operation;
    if (status == dnnl_success) status = dnnl_memory_desc_init_by_strides(&of_a, 2, a_dims, type, a_strides);
    if (status == dnnl_success) status = dnnl_memory_desc_init_by_strides(&of_b, 2, b_dims, type, b_strides);
    if (status == dnnl_success) status = dnnl_memory_desc_init_by_strides(&of_c, 2, c_dims, dnnl_f32, c_strides);
    if (status == dnnl_success) status = dnnl_matmul_desc_init(&operation, &of_a, &of_b, NULL, &of_c);
    if (status == dnnl_success)
        status = dnnl_primitive_desc_create(&description, &operation, attributes, engine, NULL);
    if (status == dnnl_success) status = dnnl_memory_create(a, &of_a, engine, DNNL_MEMORY_NONE);
    if (status == dnnl_success) status = dnnl_memory_create(b, &of_b, engine, DNNL_MEMORY_NONE);
    if (status == dnnl_success) status = dnnl_memory_create(c, &of_c, engine, DNNL_MEMORY_NONE);
#endif
    if (status == dnnl_success) status = dnnl_primitive_create(primitive, description);
    if (description) dnnl_primitive_desc_destroy(description);
    if (after) dnnl_post_ops_destroy(after);
    if (attributes) dnnl_primitive_attr_destroy(attributes);
    return status;
}

dnnl_status_t elbod_matmul_execute(
    dnnl_primitive_t primitive, dnnl_stream_t stream, dnnl_memory_t a, dnnl_memory_t b, dnnl_memory_t c,
    const void *from, const void *by, float *into) {
    dnnl_memory_set_data_handle(a, (void *)from);
    dnnl_memory_set_data_handle(b, (void *)by);
    dnnl_memory_set_data_handle(c, into);
    dnnl_exec_arg_t arguments[3] = {{DNNL_ARG_SRC, a}, {DNNL_ARG_WEIGHTS, b}, {DNNL_ARG_DST, c}};
    return dnnl_primitive_execute(primitive, stream, 3, arguments);
}

dnnl_status_t elbod_product_create(
    dnnl_primitive_t *primitive, dnnl_memory_t *source, dnnl_memory_t *weights, dnnl_memory_t *bias,
    dnnl_memory_t *destination, dnnl_engine_t engine, dnnl_dim_t m, dnnl_dim_t k, dnnl_dim_t n,
    dnnl_data_type_t source_type, dnnl_data_type_t weight_type, dnnl_data_type_t destination_type,
    int rectifying) {
    dnnl_dims_t source_dims = {m, k}, weight_dims = {n, k}, bias_dims = {n}, destination_dims = {m, n};
    dnnl_primitive_desc_t description = NULL;
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_post_ops_t after = NULL;
    dnnl_status_t status = dnnl_primitive_attr_create(&attributes);
    if (status == dnnl_success && rectifying) {
        status = dnnl_post_ops_create(&after);
#if DNNL_VERSION_MAJOR >= 3
        if (status == dnnl_success)
            status = dnnl_post_ops_append_eltwise(after, dnnl_eltwise_relu, 0, 0);
#else
        if (status == dnnl_success)
            status = dnnl_post_ops_append_eltwise(after, 1, dnnl_eltwise_relu, 0, 0);
#endif
        if (status == dnnl_success) status = dnnl_primitive_attr_set_post_ops(attributes, after);
    }
#if DNNL_VERSION_MAJOR >= 3
    dnnl_memory_desc_t from = NULL, by = NULL, plus = NULL, to = NULL;
    if (status == dnnl_success)
        status = dnnl_memory_desc_create_with_tag(&from, 2, source_dims, source_type, dnnl_ab);
    if (status == dnnl_success)
        status = dnnl_memory_desc_create_with_tag(&by, 2, weight_dims, weight_type, dnnl_format_tag_any);
    if (status == dnnl_success)
        status = dnnl_memory_desc_create_with_tag(&plus, 1, bias_dims, dnnl_f32, dnnl_a);
    if (status == dnnl_success)
        status = dnnl_memory_desc_create_with_tag(&to, 2, destination_dims, destination_type, dnnl_ab);
    const_dnnl_memory_desc_t packed = by;
    if (status == dnnl_success && *weights) status = dnnl_memory_get_memory_desc(*weights, &packed);
    if (status == dnnl_success)
        status = dnnl_inner_product_forward_primitive_desc_create(
            &description, engine, dnnl_forward_inference, from, packed, bias ? plus : NULL, to, attributes);
    if (status == dnnl_success && !*weights)
        status = dnnl_memory_create(
            weights, dnnl_primitive_desc_query_md(description, dnnl_query_weights_md, 0), engine,
            DNNL_MEMORY_ALLOCATE);
    if (status == dnnl_success) status = dnnl_memory_create(source, from, engine, DNNL_MEMORY_NONE);
    if (status == dnnl_success && bias) status = dnnl_memory_create(bias, plus, engine, DNNL_MEMORY_NONE);
    if (status == dnnl_success) status = dnnl_memory_create(destination, to, engine, DNNL_MEMORY_NONE);
    dnnl_memory_desc_destroy(from);
    dnnl_memory_desc_destroy(by);
    dnnl_memory_desc_destroy(plus);
    dnnl_memory_desc_destroy(to);
#else
    dnnl_memory_desc_t from, by, plus, to;
    dnnl_inner_product_desc_t operation;
    if (status == dnnl_success)
        status = dnnl_memory_desc_init_by_tag(&from, 2, source_dims, source_type, dnnl_ab);
    if (status == dnnl_success)
        status = dnnl_memory_desc_init_by_tag(&by, 2, weight_dims, weight_type, dnnl_format_tag_any);
    if (status == dnnl_success)
        status = dnnl_memory_desc_init_by_tag(&plus, 1, bias_dims, dnnl_f32, dnnl_a);
    if (status == dnnl_success)
        status = dnnl_memory_desc_init_by_tag(&to, 2, destination_dims, destination_type, dnnl_ab);
    const dnnl_memory_desc_t *packed = &by;
    if (status == dnnl_success && *weights) status = dnnl_memory_get_memory_desc(*weights, &packed);
    if (status == dnnl_success)
        status = dnnl_inner_product_forward_desc_init(
            &operation, dnnl_forward_inference, &from, packed, bias ? &plus : NULL, &to);
    if (status == dnnl_success)
        status = dnnl_primitive_desc_create(&description, &operation, attributes, engine, NULL);
    if (status == dnnl_success && !*weights)
        status = dnnl_memory_create(
            weights, dnnl_primitive_desc_query_md(description, dnnl_query_weights_md, 0), engine,
            DNNL_MEMORY_ALLOCATE);
    if (status == dnnl_success) status = dnnl_memory_create(source, &from, engine, DNNL_MEMORY_NONE);
    if (status == dnnl_success && bias) status = dnnl_memory_create(bias, &plus, engine, DNNL_MEMORY_NONE);
    if (status == dnnl_success) status = dnnl_memory_create(destination, &to, engine, DNNL_MEMORY_NONE);
#endif
    if (status == dnnl_success) status = dnnl_primitive_create(primitive, description);
    if (description) dnnl_primitive_desc_destroy(description);
    if (after) dnnl_post_ops_destroy(after);
    if (attributes) dnnl_primitive_attr_destroy(attributes);
    return status;
}

dnnl_status_t elbod_pack(
    dnnl_engine_t engine, dnnl_stream_t stream, int extent, const dnnl_dims_t dims, dnnl_format_tag_t order,
    dnnl_data_type_t type, const void *plain, dnnl_memory_t weights) {
    dnnl_memory_t memory = NULL;
    dnnl_primitive_desc_t description = NULL;
    dnnl_primitive_t reorder = NULL;
#if DNNL_VERSION_MAJOR >= 3
    dnnl_memory_desc_t layout = NULL;
    const_dnnl_memory_desc_t packed = NULL;
    dnnl_status_t status = dnnl_memory_desc_create_with_tag(&layout, extent, dims, type, order);
    if (status == dnnl_success) status = dnnl_memory_create(&memory, layout, engine, (void *)plain);
    if (status == dnnl_success) status = dnnl_memory_get_memory_desc(weights, &packed);
    if (status == dnnl_success)
        status = dnnl_reorder_primitive_desc_create(&description, layout, engine, packed, engine, NULL);
    dnnl_memory_desc_destroy(layout);
#else
    dnnl_memory_desc_t layout;
    const dnnl_memory_desc_t *packed = NULL;
    dnnl_status_t status = dnnl_memory_desc_init_by_tag(&layout, extent, dims, type, order);
    if (status == dnnl_success) status = dnnl_memory_create(&memory, &layout, engine, (void *)plain);
    if (status == dnnl_success) status = dnnl_memory_get_memory_desc(weights, &packed);
    if (status == dnnl_success)
        status = dnnl_reorder_primitive_desc_create(&description, &layout, engine, packed, engine, NULL);
#endif
    if (status == dnnl_success) status = dnnl_primitive_create(&reorder, description);
    dnnl_exec_arg_t arguments[2] = {{DNNL_ARG_FROM, memory}, {DNNL_ARG_TO, weights}};
    if (status == dnnl_success) status = dnnl_primitive_execute(reorder, stream, 2, arguments);
    if (status == dnnl_success) status = dnnl_stream_wait(stream);
    if (reorder) dnnl_primitive_destroy(reorder);
    if (description) dnnl_primitive_desc_destroy(description);
    if (memory) dnnl_memory_destroy(memory);
    return status;
}

dnnl_status_t elbod_product_pack(
    dnnl_engine_t engine, dnnl_stream_t stream, dnnl_dim_t k, dnnl_dim_t n, dnnl_data_type_t type,
    const void *plain, dnnl_memory_t weights) {
    dnnl_dims_t dims = {n, k};
    return elbod_pack(engine, stream, 2, dims, dnnl_ba, type, plain, weights);
}

dnnl_status_t elbod_product_execute(
    dnnl_primitive_t primitive, dnnl_stream_t stream, dnnl_memory_t source, dnnl_memory_t weights,
    dnnl_memory_t bias, dnnl_memory_t destination, const void *input, const float *offset, void *output) {
    dnnl_memory_set_data_handle(source, (void *)input);
    dnnl_memory_set_data_handle(destination, output);
    if (bias) dnnl_memory_set_data_handle(bias, (void *)offset);
    dnnl_exec_arg_t arguments[4] = {
        {DNNL_ARG_SRC, source}, {DNNL_ARG_WEIGHTS, weights}, {DNNL_ARG_DST, destination}, {DNNL_ARG_BIAS, bias}};
    return dnnl_primitive_execute(primitive, stream, bias ? 4 : 3, arguments);
}
