//! The program as browsers, systems and providers meet it.
