// For app teams: the sources that pom.xml builds, as an Android library and the app. Not run where it was written, since Google's plugins
// could not be had there; docs/decisions/0011-kotlin-package.md.
pluginManagement {
    repositories {
        google()
        mavenCentral()
        gradlePluginPortal()
    }
}

dependencyResolutionManagement {
    repositories {
        google()
        mavenCentral()
    }
}

rootProject.name = "countersign"
include(":core", ":app")
