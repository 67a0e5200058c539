//! What holds on this side of the language boundary. Kotlin and Swift hold the same beyond it.

#[cfg(test)]
mod boundary {
    mod accounts;
    mod enrollment;
    mod lock;
    mod phone;
    mod scenarios;
    mod slots;
    mod surface;
}
