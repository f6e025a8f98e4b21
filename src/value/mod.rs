//! BSON values: borrowed views, owned values, order, numbers, paths, Extended JSON.
