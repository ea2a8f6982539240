// Convolutions by oneDNN. Its C API describes operations differently in versions 2 and 3; either will do. Sums of bytes
// are scaled with their bias in version 2, and before it is added in version 3.
#include "kernels.h"
#include "packing.h"

/// The extents of weights; depthwise ones are as many groups of one.
static int extents(const elbod_convolution *shape, dnnl_dims_t dims) {
    int count = 0;
    if (shape->is_depthwise) {
        dims[count++] = shape->outputs;
        dims[count++] = 1;
        dims[count++] = 1;
    } else {
        dims[count++] = shape->outputs;
        dims[count++] = shape->inputs;
    }
    dims[count++] = shape->kernel;
    dims[count++] = shape->kernel;
    return count;
}

/// What is done to sums.
static dnnl_status_t attributes_of(
    const elbod_convolution *shape, const float *scales, dnnl_primitive_attr_t *attributes) {
    dnnl_post_ops_t after = NULL;
    dnnl_status_t status = dnnl_primitive_attr_create(attributes);
    // Scratch memory of oneDNN's own belongs to the thread that prepared a primitive, not to the one that runs it.
    if (status == dnnl_success)
        status = dnnl_primitive_attr_set_scratchpad_mode(*attributes, dnnl_scratchpad_mode_user);
    if (status == dnnl_success) status = dnnl_post_ops_create(&after);
#if DNNL_VERSION_MAJOR >= 3
    // A group of depthwise weights has one output.
    if (status == dnnl_success && scales)
        status = dnnl_primitive_attr_set_scales_mask(*attributes, DNNL_ARG_WEIGHTS, shape->is_depthwise ? 3 : 1);
    if (status == dnnl_success && shape->is_adding)
        status = dnnl_post_ops_append_sum(after, 1, 0, dnnl_data_type_undef);
    if (status == dnnl_success && shape->is_clipped)
        status = dnnl_post_ops_append_eltwise(after, dnnl_eltwise_clip, 0, 6);
#else
    if (status == dnnl_success && scales)
        status = dnnl_primitive_attr_set_output_scales(*attributes, shape->outputs, 1 << 1, scales);
    if (status == dnnl_success && shape->is_adding) status = dnnl_post_ops_append_sum(after, 1);
    if (status == dnnl_success && shape->is_clipped)
        status = dnnl_post_ops_append_eltwise(after, 1, dnnl_eltwise_clip, 0, 6);
#endif
    if (status == dnnl_success) status = dnnl_primitive_attr_set_post_ops(*attributes, after);
    if (after) dnnl_post_ops_destroy(after);
    return status;
}

const int elbod_bias_is_of_results = DNNL_VERSION_MAJOR >= 3;

dnnl_status_t elbod_convolution_create(
    dnnl_primitive_t *primitive, dnnl_memory_t *source, dnnl_memory_t *weights, dnnl_memory_t *bias,
    dnnl_memory_t *destination, dnnl_memory_t *scratch, dnnl_memory_t *factors, dnnl_engine_t engine,
    const elbod_convolution *shape, const float *scales) {
    const long rows = (shape->rows - shape->kernel) / shape->stride + 1;
    const long columns = (shape->columns + shape->left + shape->right - shape->kernel) / shape->stride + 1;
    dnnl_dims_t source_dims = {1, shape->inputs, shape->rows, shape->columns};
    dnnl_dims_t destination_dims = {1, shape->outputs, rows, columns}, bias_dims = {shape->outputs};
    dnnl_dims_t strides = {shape->stride, shape->stride};
    dnnl_dims_t before = {0, shape->left}, behind = {0, shape->right}, weight_dims;
    const int extent = extents(shape, weight_dims);
    dnnl_primitive_desc_t description = NULL;
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_status_t status = attributes_of(shape, scales, &attributes);
#if DNNL_VERSION_MAJOR >= 3
    dnnl_dims_t dilates = {0, 0};
    dnnl_memory_desc_t from = NULL, by = NULL, plus = NULL, to = NULL;
    if (status == dnnl_success)
        status = dnnl_memory_desc_create_with_tag(&from, 4, source_dims, shape->source, dnnl_nhwc);
    if (status == dnnl_success)
        status = dnnl_memory_desc_create_with_tag(&by, extent, weight_dims, shape->weights, dnnl_format_tag_any);
    if (status == dnnl_success)
        status = dnnl_memory_desc_create_with_tag(&plus, 1, bias_dims, dnnl_f32, dnnl_a);
    if (status == dnnl_success)
        status = dnnl_memory_desc_create_with_tag(&to, 4, destination_dims, shape->destination, dnnl_nhwc);
    const_dnnl_memory_desc_t packed = by;
    if (status == dnnl_success && *weights) status = dnnl_memory_get_memory_desc(*weights, &packed);
    if (status == dnnl_success)
        status = dnnl_convolution_forward_primitive_desc_create(
            &description, engine, dnnl_forward_inference, dnnl_convolution_direct, from, packed, plus, to, strides,
            dilates, before, behind, attributes);
    if (status == dnnl_success && !*weights)
        status = dnnl_memory_create(
            weights, dnnl_primitive_desc_query_md(description, dnnl_query_weights_md, 0), engine,
            DNNL_MEMORY_ALLOCATE);
    if (status == dnnl_success) status = dnnl_memory_create(source, from, engine, DNNL_MEMORY_NONE);
    if (status == dnnl_success) status = dnnl_memory_create(bias, plus, engine, DNNL_MEMORY_NONE);
    if (status == dnnl_success) status = dnnl_memory_create(destination, to, engine, DNNL_MEMORY_NONE);
    if (status == dnnl_success && scales)
        status = dnnl_memory_create(factors, plus, engine, (void *)scales);
    dnnl_memory_desc_destroy(from);
    dnnl_memory_desc_destroy(by);
    dnnl_memory_desc_destroy(plus);
    dnnl_memory_desc_destroy(to);
#else
    (void)factors;
    dnnl_memory_desc_t from, by, plus, to;
    dnnl_convolution_desc_t operation;
    if (status == dnnl_success)
        status = dnnl_memory_desc_init_by_tag(&from, 4, source_dims, shape->source, dnnl_nhwc);
    if (status == dnnl_success)
        status = dnnl_memory_desc_init_by_tag(&by, extent, weight_dims, shape->weights, dnnl_format_tag_any);
    if (status == dnnl_success) status = dnnl_memory_desc_init_by_tag(&plus, 1, bias_dims, dnnl_f32, dnnl_a);
    if (status == dnnl_success)
        status = dnnl_memory_desc_init_by_tag(&to, 4, destination_dims, shape->destination, dnnl_nhwc);
    const dnnl_memory_desc_t *packed = &by;
    if (status == dnnl_success && *weights) status = dnnl_memory_get_memory_desc(*weights, &packed);
    if (status == dnnl_success)
        status = dnnl_convolution_forward_desc_init(
            &operation, dnnl_forward_inference, dnnl_convolution_direct, &from, packed, &plus, &to, strides, before,
            behind);
    if (status == dnnl_success)
        status = dnnl_primitive_desc_create(&description, &operation, attributes, engine, NULL);
    if (status == dnnl_success && !*weights)
        status = dnnl_memory_create(
            weights, dnnl_primitive_desc_query_md(description, dnnl_query_weights_md, 0), engine,
            DNNL_MEMORY_ALLOCATE);
    if (status == dnnl_success) status = dnnl_memory_create(source, &from, engine, DNNL_MEMORY_NONE);
    if (status == dnnl_success) status = dnnl_memory_create(bias, &plus, engine, DNNL_MEMORY_NONE);
    if (status == dnnl_success) status = dnnl_memory_create(destination, &to, engine, DNNL_MEMORY_NONE);
#endif
    if (status == dnnl_success)
        status = dnnl_memory_create(
            scratch, dnnl_primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0), engine,
            DNNL_MEMORY_ALLOCATE);
    if (status == dnnl_success) status = dnnl_primitive_create(primitive, description);
    if (description) dnnl_primitive_desc_destroy(description);
    if (attributes) dnnl_primitive_attr_destroy(attributes);
    return status;
}

dnnl_status_t elbod_convolution_pack(
    dnnl_engine_t engine, dnnl_stream_t stream, const elbod_convolution *shape, dnnl_data_type_t type,
    const void *plain, dnnl_memory_t weights) {
    dnnl_dims_t dims;
    const int extent = extents(shape, dims);
    const dnnl_format_tag_t order = shape->is_depthwise ? dnnl_abcde : dnnl_abcd;
    return elbod_pack(engine, stream, extent, dims, order, type, plain, weights);
}

dnnl_status_t elbod_convolution_execute(
    dnnl_primitive_t primitive, dnnl_stream_t stream, dnnl_memory_t source, dnnl_memory_t weights,
    dnnl_memory_t bias, dnnl_memory_t destination, dnnl_memory_t scratch, dnnl_memory_t factors, const void *from,
    const float *offset, void *to) {
    dnnl_memory_set_data_handle(source, (void *)from);
    dnnl_memory_set_data_handle(bias, (void *)offset);
    dnnl_memory_set_data_handle(destination, to);
    dnnl_exec_arg_t arguments[6] = {
        {DNNL_ARG_SRC, source},
        {DNNL_ARG_WEIGHTS, weights},
        {DNNL_ARG_DST, destination},
        {DNNL_ARG_BIAS, bias},
        {DNNL_ARG_SCRATCHPAD, scratch},
#if DNNL_VERSION_MAJOR >= 3
        {DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS, factors},
#endif
    };
    return dnnl_primitive_execute(primitive, stream, factors ? 6 : 5, arguments);
}
