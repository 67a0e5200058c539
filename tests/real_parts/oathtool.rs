//! The codes of oathtool, a program of others, at the same times.

use std::process::Command;

use countersign::{Account, Algorithm, CodeNow, Digits, Otp, Secret, TimeStep};

#[test]
fn codes_agree_at_every_edge() {
    let times = [0, 1, 29, 30, 59, 60, 1_111_111_109, 1_741_011_292, 2_000_000_000, 4_294_967_296];
    let mut compared = 0;
    for algorithm in [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512] {
        for digits in [6, 7, 8] {
            for period in [1, 15, 30, 60, 86_400] {
                for (n, time) in times.iter().enumerate() {
                    let secret = secret(n, [1, 10, 20, 32, 64, 128][n % 6]);
                    let otp = Otp::Totp {
                        algorithm,
                        digits: Digits::new(digits).unwrap(),
                        step: TimeStep::new(period).unwrap(),
                    };
                    let account = Account::new(None, "a", otp, secret).unwrap();
                    let CodeNow::Timed(code) = account.code_at(*time) else { panic!() };
                    assert_eq!(code.text(), totp(&account, *time), "{otp:?} at {time}");
                    compared += 1;
                }
            }
        }
    }
    assert_eq!(compared, 450);
}

#[test]
fn counters_agree_to_the_last() {
    for counter in [0, 1, 9, u64::from(u32::MAX), 1 << 32, i64::MAX as u64, u64::MAX] {
        let secret = secret(1, 20);
        let otp = Otp::Hotp { algorithm: Algorithm::Sha1, digits: Digits::EIGHT, counter };
        let value = otp.value(&secret, counter).unwrap();
        assert_eq!(*value, hotp(&secret, counter, 8), "{counter}");
    }
}

/// What oathtool shows for a time-based account at a time.
pub(crate) fn totp(account: &Account, time: u64) -> String {
    let algorithm = account.otp().algorithm().name().to_ascii_lowercase();
    let step = account.otp().time_step().unwrap();
    oathtool(&[
        format!("--totp={algorithm}"),
        format!("--digits={}", account.otp().code_length()),
        format!("--time-step-size={}s", step.seconds()),
        format!("--now=@{time}"),
        "--base32".to_owned(),
        account.secret().reveal_base32().to_string(),
    ])
}

/// What oathtool shows for a counter.
pub(crate) fn hotp(secret: &Secret, counter: u64, digits: u8) -> String {
    oathtool(&[
        "--hotp".to_owned(),
        format!("--counter={counter}"),
        format!("--digits={digits}"),
        "--base32".to_owned(),
        secret.reveal_base32().to_string(),
    ])
}

fn oathtool(arguments: &[String]) -> String {
    let output = Command::new("oathtool")
        .args(arguments)
        .output()
        .expect("oathtool, a program of Debian's package of the same name");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn secret(seed: usize, length: usize) -> Secret {
    Secret::from_bytes((0..length).map(|n| (n * 37 + seed * 101 + 5) as u8).collect()).unwrap()
}
