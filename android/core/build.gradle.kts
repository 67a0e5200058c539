plugins {
    alias(libs.plugins.android.library)
    alias(libs.plugins.kotlin.android)
}

android {
    namespace = "io.countersign.core"
    compileSdk = 36
    defaultConfig {
        minSdk = 28
        consumerProguardFiles("consumer-rules.pro")
    }
    sourceSets["main"].apply {
        // The last is what `cargo xtask bindgen` stages.
        kotlin.srcDirs("src/main/kotlin", "src/android/kotlin", "../../target/bindings/kotlin")
        // A folder for each ABI, with libcountersign_ffi.so in it.
        jniLibs.srcDir("../../target/android/jniLibs")
    }
}

kotlin {
    jvmToolchain(17)
}

dependencies {
    api(libs.coroutines.core)
    implementation(libs.jna) { artifact { type = "aar" } }
}
