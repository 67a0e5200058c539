//! The package: the classes of the Maven build, everybody's resources and the libraries, aligned and signed with a key thrown away.
//!
//! Without Google's Gradle plugin. It merges no library's manifest into ours and drops no class that is not used.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use super::{LIBRARY, PROCESSORS, Sizes, must};
use crate::run::say;
use crate::{maven, setup};

/// Makes `target/android/countersign.apk` and checks it.
pub(super) fn build(shell: &Shell, sizes: &mut Sizes) -> Result<()> {
    let programs = ["aapt", "aapt2", "zipalign", "apksigner", "keytool", "zip", "unzip"];
    if !programs.into_iter().all(setup::on_path) || !Path::new(FRAMEWORK).exists() {
        let packages = ["aapt", "zipalign", "apksigner", "android-framework-res", "zip", "unzip"];
        setup::packages(shell, &packages)?;
    }
    maven::tools(shell)?;
    let modules = ["-pl", "app", "-am", "-DskipTests"];
    must(cmd!(shell, "mvn -B -ntp -f android/pom.xml {modules...} package"), &[])?;
    must(cmd!(shell, "mvn -B -ntp -f android/apk/pom.xml package"), &[])?;
    let work = shell.current_dir().join("target/android/package");
    shell.remove_path(&work)?;
    let archives = unpack(shell, &work)?;
    link(shell, &work, &archives)?;
    classes(shell, &work, &archives)?;
    libraries(shell, &work, &archives)?;
    let apk = shell.current_dir().join("target/android/countersign.apk");
    sign(shell, &work, &apk)?;
    sizes.push(("`countersign.apk`, signed".to_owned(), apk.metadata()?.len()));
    check(shell, &apk)
}

/// Every AndroidX archive in a folder of its own.
fn unpack(shell: &Shell, work: &Path) -> Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for place in ["android/androidx/target/aar", "android/apk/target/parts"] {
        for file in shell.read_dir(place)?.iter().filter(|file| ends(file, "aar")) {
            let folder = work.join("archives").join(file.file_stem().context("a file has a name")?);
            shell.create_dir(&folder)?;
            cmd!(shell, "unzip -qo {file} -d {folder}").run()?;
            folders.push(folder);
        }
    }
    Ok(folders)
}

/// `base.apk` with the manifest and all resources, and an `R.java` for every archive.
fn link(shell: &Shell, work: &Path, archives: &[PathBuf]) -> Result<()> {
    let (mut compiled, mut packages) = (Vec::new(), Vec::new());
    for archive in archives {
        if shell.path_exists(archive.join("res")) {
            let to = archive.join("res.zip");
            must(cmd!(shell, "aapt2 compile --dir {archive}/res -o {to}"), &[])?;
            compiled.push(to);
        }
        let manifest = shell.read_file(archive.join("AndroidManifest.xml"))?;
        packages.extend(
            manifest
                .split("package=\"")
                .nth(1)
                .and_then(|rest| rest.split('"').next())
                .map(str::to_owned),
        );
    }
    let newer = newer_attributes(shell, work)?;
    let ours = work.join("app.zip");
    must(cmd!(shell, "aapt2 compile --dir android/app/src/main/res -o {ours}"), &[])?;
    let manifest = shell.read_file("android/app/src/main/AndroidManifest.xml")?;
    let manifest =
        manifest.replacen("<manifest ", &format!("<manifest package=\"{APPLICATION}\" "), 1);
    // Debian's apksigner puts a stored library at 4 KiB again, which a phone with pages of 16 KiB cannot map: so it unpacks them.
    let extracted = "<application android:extractNativeLibs=\"true\" ";
    let manifest = manifest.replacen("<application", extracted, 1);
    shell.write_file(work.join("AndroidManifest.xml"), manifest)?;
    let versions = [
        "--min-sdk-version",
        "30",
        "--target-sdk-version",
        "35",
        "--version-code",
        "1",
        "--version-name",
        "0.1.0",
    ];
    let options =
        ["--auto-add-overlay", "-c", "en,de,es,hr,ar", "--extra-packages", &packages.join(":")];
    let paths = cmd!(
        shell,
        "aapt2 link -I {FRAMEWORK} -I {newer} --manifest {work}/AndroidManifest.xml --java {work}/gen"
    );
    must(
        paths
            .args(versions)
            .args(options)
            .args(["-o".into(), work.join("base.apk")])
            .args(compiled)
            .arg("-R")
            .arg(ours),
        &[],
    )?;
    Ok(())
}

/// What we name of newer releases of Android than Debian's framework is, by the same numbers that every phone has.
fn newer_attributes(shell: &Shell, work: &Path) -> Result<PathBuf> {
    let mut values = "<resources>\n".to_owned();
    for (name, number, format) in NEWER {
        values += &format!(
            "<public type=\"attr\" name=\"{name}\" id=\"{number}\"/><attr name=\"{name}\" format=\"{format}\"/>\n"
        );
    }
    let folder = work.join("newer");
    shell.write_file(folder.join("res/values/attributes.xml"), values + "</resources>\n")?;
    let manifest = folder.join("AndroidManifest.xml");
    shell.write_file(&manifest, "<manifest package=\"android\"/>\n")?;
    let (compiled, linked) = (folder.join("res.zip"), folder.join("newer.apk"));
    must(cmd!(shell, "aapt2 compile --dir {folder}/res -o {compiled}"), &[])?;
    must(cmd!(shell, "aapt2 link --manifest {manifest} -o {linked} {compiled}"), &[])?;
    Ok(linked)
}

/// The classes of the app, the façade and all archives as DEX, added to `base.apk`.
fn classes(shell: &Shell, work: &Path, archives: &[PathBuf]) -> Result<()> {
    let parts = shell.current_dir().join("android/apk/target/parts");
    let sources = must(cmd!(shell, "find {work}/gen -name R.java"), &[])?;
    let sources: Vec<_> = sources.lines().filter(|line| line.ends_with("R.java")).collect();
    must(cmd!(shell, "javac -nowarn --release 17 -d {work}/r {sources...}"), &[])?;
    must(cmd!(shell, "jar --create --file {work}/r.jar -C {work}/r ."), &[])?;
    let mut jars = vec![work.join("r.jar")];
    jars.extend(["core", "app"].map(|module| {
        PathBuf::from(format!("android/{module}/target/countersign-{module}-0.1.0.jar"))
    }));
    jars.extend(
        archives.iter().map(|archive| archive.join("classes.jar")).filter(|jar| jar.exists()),
    );
    let compilers = ["r8.jar", "android-all.jar"];
    let ours =
        |file: &PathBuf| ends(file, "jar") && !compilers.iter().any(|name| file.ends_with(name));
    jars.extend(shell.read_dir(&parts)?.into_iter().filter(ours));
    let dex = work.join("dex");
    shell.create_dir(&dex)?;
    // The framework's jar is without `java.lang`.
    let javac = cmd!(shell, "sh -c").arg("readlink -f \"$(command -v javac)\"").read()?;
    let java = Path::new(&javac).ancestors().nth(2).context("javac lies in a JDK")?.to_owned();
    let options = ["--release", "--min-api", "30"];
    let d8 = cmd!(shell, "java -Xmx2g -cp {parts}/r8.jar com.android.tools.r8.D8 {options...}");
    must(
        d8.arg("--lib")
            .arg(java)
            .arg("--lib")
            .arg(parts.join("android-all.jar"))
            .arg("--output")
            .arg(&dex)
            .args(jars),
        &[],
    )?;
    let _folder = shell.push_dir(&dex);
    let files: Vec<_> = shell
        .read_dir(".")?
        .into_iter()
        .filter_map(|file| Some(file.file_name()?.to_owned()))
        .collect();
    must(cmd!(shell, "zip -q {work}/base.apk {files...}"), &[])?;
    Ok(())
}

/// The native libraries of both processors.
fn libraries(shell: &Shell, work: &Path, archives: &[PathBuf]) -> Result<()> {
    for (_, abi) in PROCESSORS {
        let folder = work.join("lib").join(abi);
        shell.create_dir(&folder)?;
        shell.copy_file(format!("target/android/lib/{abi}/{LIBRARY}"), &folder)?;
        for archive in archives {
            let theirs = archive.join("jni").join(abi);
            let theirs = if theirs.exists() { shell.read_dir(theirs)? } else { Vec::new() };
            theirs.iter().try_for_each(|file| shell.copy_file(file, &folder))?;
        }
    }
    let _folder = shell.push_dir(work);
    must(cmd!(shell, "zip -q -r base.apk lib"), &[])?;
    Ok(())
}

/// Aligns and signs.
fn sign(shell: &Shell, work: &Path, apk: &Path) -> Result<()> {
    must(cmd!(shell, "zipalign -f {ALIGNMENT} {work}/base.apk {work}/aligned.apk"), &[])?;
    let key = ["-alias", "throw-away", "-keyalg", "EC", "-storetype", "PKCS12", "-validity", "1"];
    let key = key.into_iter().chain(["-dname", "CN=not for a shop", "-storepass", WORD]);
    must(cmd!(shell, "keytool -genkeypair -keystore {work}/key.p12").args(key), &[])?;
    let word = format!("pass:{WORD}");
    let versions = ["--min-sdk-version", "30", "--ks-pass", &word];
    must(
        cmd!(
            shell,
            "apksigner sign {versions...} --ks {work}/key.p12 --out {apk} {work}/aligned.apk"
        ),
        &[],
    )?;
    shell.remove_path(work.join("key.p12"))?;
    Ok(())
}

fn check(shell: &Shell, apk: &Path) -> Result<()> {
    must(cmd!(shell, "apksigner verify --min-sdk-version 30 --verbose {apk}"), &[])?;
    must(cmd!(shell, "zipalign -c {ALIGNMENT} {apk}"), &[])?;
    let badging = cmd!(shell, "aapt dump badging {apk}").read()?;
    let manifest = cmd!(shell, "aapt dump xmltree {apk} AndroidManifest.xml").read()?;
    let permissions: Vec<_> = badging
        .lines()
        .filter_map(|line| line.strip_prefix("uses-permission: name='android.permission."))
        .collect();
    ensure!(
        permissions == ["CAMERA'", "INTERNET'", "USE_BIOMETRIC'", "HIDE_OVERLAY_WINDOWS'"],
        "permissions {permissions:?}"
    );
    for wanted in [
        format!("package: name='{APPLICATION}'"),
        "sdkVersion:'30'".into(),
        "targetSdkVersion:'35'".into(),
        format!("launchable-activity: name='{ACTIVITY}'"),
    ] {
        ensure!(badging.contains(&wanted), "the package does not say {wanted}");
    }
    for wanted in
        ["\"otpauth\"", "android.intent.category.BROWSABLE", "dataExtractionRules(0x0101063e)"]
    {
        ensure!(manifest.contains(wanted), "the manifest does not say {wanted}");
    }
    let asks = badging.contains("uses-feature: name='android.hardware.camera");
    ensure!(!asks, "the package asks for a camera, though the values can be typed in");
    let listed = cmd!(shell, "unzip -Z1 {apk}").read()?;
    for (_, abi) in PROCESSORS {
        for name in [LIBRARY, "libjnidispatch.so"] {
            let wanted = format!("lib/{abi}/{name}");
            ensure!(listed.lines().any(|line| line == wanted), "no {wanted} in the package");
        }
    }
    let descriptor = format!("L{};", ACTIVITY.replace('.', "/"));
    let dex = shell.read_dir("target/android/package/dex")?;
    let mut texts = dex.iter().map(|file| shell.read_binary_file(file));
    let found = texts.any(|bytes| {
        bytes.is_ok_and(|bytes| {
            bytes.windows(descriptor.len()).any(|window| window == descriptor.as_bytes())
        })
    });
    ensure!(found, "no {ACTIVITY} among the classes");
    say(
        "the manifest, the permissions, the classes, the libraries, the alignment and the signature are as declared",
    );
    Ok(())
}

fn ends(file: &Path, extension: &str) -> bool {
    file.extension().is_some_and(|found| found == extension)
}

const APPLICATION: &str = "io.countersign.app";
const ACTIVITY: &str = "io.countersign.app.MainActivity";
/// Resources of Android 10, the newest that Debian has.
const FRAMEWORK: &str = "/usr/share/android-framework-res/framework-res.apk";
const ALIGNMENT: &str = "4";
/// Guards a key that is deleted when it has signed once.
const WORD: &str = "throw-away";
/// As in `android.R.attr` of API 35: name, number, format.
const NEWER: [(&str, &str, &str); 3] = [
    ("dataExtractionRules", "0x0101063e", "reference"),
    ("lStar", "0x01010647", "float"),
    ("enableOnBackInvokedCallback", "0x0101066c", "boolean"),
];
