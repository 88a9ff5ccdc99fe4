//! What both web programs need: configuration with secret files, headers, origin rule, problem JSON, shutdown.
