//! The reader never calls something JSON that is not.
