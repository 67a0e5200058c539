//! Clients of `POST /api/v1/verify`: one connection each that stays open, one request at a time.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::devices::{Prepared, Steps};

/// What one side of a round came to.
pub(crate) struct Round {
    pub(crate) per_second: f64,
    /// Each time in microseconds.
    pub(crate) times: Vec<u32>,
}

/// The 99th percentile of times in microseconds, in milliseconds.
pub(crate) fn p99(mut times: Vec<u32>) -> f64 {
    times.sort_unstable();
    f64::from(times[times.len() * 99 / 100]) / 1_000.0
}

/// All of them, and what each goes on with in the next round.
pub(crate) struct Clients(Vec<Client>);

struct Client {
    connection: TcpStream,
    key: String,
    devices: Vec<(Prepared, Steps)>,
    /// The device whose turn it is.
    turn: usize,
    answer: Vec<u8>,
}

impl Clients {
    pub(crate) fn new(port: u16, key: &str, devices: Vec<Prepared>, count: usize) -> Self {
        let mut clients: Vec<_> = (0..count)
            .map(|_| {
                let connection = TcpStream::connect(("127.0.0.1", port)).unwrap();
                connection.set_nodelay(true).unwrap();
                let (key, answer) = (key.to_owned(), vec![0; 8 * 1024]);
                Client { connection, key, devices: Vec::new(), turn: 0, answer }
            })
            .collect();
        for (number, device) in devices.into_iter().enumerate() {
            clients[number % count].devices.push((device, Steps::fresh(now())));
        }
        Self(clients)
    }

    /// Each sends the code of one device after the other, as fast as it is answered.
    pub(crate) fn round(&mut self, lasts: Duration) -> Round {
        let began = Instant::now();
        let times = thread::scope(|scope| {
            let all = self.0.iter_mut().map(|client| scope.spawn(|| client.work(began + lasts)));
            let all: Vec<_> = all.collect();
            all.into_iter().flat_map(|client| client.join().unwrap()).collect::<Vec<_>>()
        });
        let count = u32::try_from(times.len()).unwrap();
        Round { per_second: f64::from(count) / began.elapsed().as_secs_f64(), times }
    }
}

impl Client {
    fn work(&mut self, until: Instant) -> Vec<u32> {
        let mut times = Vec::new();
        while Instant::now() < until {
            let count = self.devices.len();
            let (device, steps) = &mut self.devices[self.turn];
            self.turn = (self.turn + 1) % count;
            let step = steps.next(now()).expect("there are enough devices for the rounds");
            steps.used(step, now());
            let body =
                format!("{{\"login\":\"{}\",\"code\":\"{}\"}}", device.login, device.code(step));
            let request = format!(
                "POST /api/v1/verify HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\n\
                 content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                self.key,
                body.len(),
            );
            let began = Instant::now();
            self.connection.write_all(request.as_bytes()).unwrap();
            let answer = self.read();
            times.push(u32::try_from(began.elapsed().as_micros()).unwrap());
            assert!(answer.contains("\"accepted\""), "{answer}");
        }
        times
    }

    /// Reads one answer with a body of a length told before.
    fn read(&mut self) -> &str {
        let mut held = 0;
        loop {
            let more = self.connection.read(&mut self.answer[held..]).unwrap();
            assert!(more > 0, "the portal hung up");
            held += more;
            let text = str::from_utf8(&self.answer[..held]).unwrap();
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.and_then(|length| length.parse().ok()).unwrap_or(0) {
                break;
            }
        }
        str::from_utf8(&self.answer[..held]).unwrap()
    }
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}
