// What products and convolutions by oneDNN have in common.
#pragma once
#include "kernels.h"

/// Fills `weights`, in whatever order their primitive has chosen, with plain ones in this order.
dnnl_status_t elbod_pack(
    dnnl_engine_t engine, dnnl_stream_t stream, int extent, const dnnl_dims_t dims, dnnl_format_tag_t order,
    dnnl_data_type_t type, const void *plain, dnnl_memory_t weights);
