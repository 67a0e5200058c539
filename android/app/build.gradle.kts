// The app's package, of the same sources that Maven compiles here (pom.xml). It was not run where it was written: Google's plugins
// could not be had there.
plugins {
    alias(libs.plugins.android.application)
    alias(libs.plugins.kotlin.android)
    alias(libs.plugins.kotlin.compose)
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

kotlin {
    jvmToolchain(17)
}

dependencies {
    implementation(project(":core"))
    implementation(libs.activity.compose)
    implementation(libs.androidx.core)
    implementation(libs.auth.api.phone)
    implementation(libs.compose.foundation)
    implementation(libs.compose.material3)
    implementation(libs.compose.ui)
}
