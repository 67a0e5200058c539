//! Writes the Kotlin and the Swift of this crate; `cargo xtask bindgen` says with which arguments.

fn main() {
    uniffi::uniffi_bindgen_main();
}
