//! What holds on this side of the language boundary. Kotlin and Swift hold the same beyond it.

#[cfg(test)]
mod boundary {
    mod enrollment;
    mod phone;
    mod scenarios;
    mod surface;
}
