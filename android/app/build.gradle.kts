// The app's package, of the same sources that Maven compiles here (pom.xml). It was not run where it was written: Google's plugins
// could not be had there. `cargo xtask tidy` holds the versions to those of the POMs.
plugins {
    id("com.android.application")
    id("org.jetbrains.kotlin.android")
    id("org.jetbrains.kotlin.plugin.compose")
}

android {
    namespace = "io.countersign.app"
    compileSdk = 36
    defaultConfig {
        applicationId = "io.countersign.app"
        minSdk = 30
        targetSdk = 35
        versionCode = 1
        versionName = "0.1.0"
    }
    androidResources.localeFilters += listOf("en", "de", "es", "hr", "ar")
    sourceSets["main"].kotlin.srcDir("../ui/src/main/kotlin")
    buildTypes {
        release {
            isMinifyEnabled = true
            isShrinkResources = true
            proguardFiles(getDefaultProguardFile("proguard-android-optimize.txt"), "proguard-rules.pro")
        }
    }
}

dependencies {
    implementation(project(":core"))
    implementation("androidx.activity:activity-compose:1.13.0")
    implementation("androidx.compose.foundation:foundation:1.12.1")
    implementation("androidx.compose.material3:material3:1.4.0")
    implementation("androidx.compose.ui:ui:1.12.1")
    implementation("androidx.core:core:1.18.0")
}
