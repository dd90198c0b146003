//! Bodies that nobody reads: the client gets its answer, and its connection goes on.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use testing::worker::{Worker, shared};

/// More than a socket holds by itself.
const LARGE: usize = 6_000_000;

fn connect(worker: &Worker) -> io::Result<BufReader<TcpStream>> {
    let address = worker.origin.trim_start_matches("http://");
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_mins(1)))?;
    Ok(BufReader::new(stream))
}

/// Sends a whole request, and reads the whole reply: its status, if it has one.
fn send(
    connection: &mut BufReader<TcpStream>,
    head: &str,
    token: &str,
    body: &[u8],
) -> io::Result<Option<u16>> {
    let stream = connection.get_mut();
    let length = body.len();
    let head = format!(
        "{head} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Authorization: Bearer {token}\r\nContent-Length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)?;
    let (mut status, mut length) = (None, 0);
    loop {
        let mut line = String::new();
        connection.read_line(&mut line)?;
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if status.is_none() {
            status = line.split(' ').nth(1).and_then(|text| text.parse().ok());
        }
        if let Some(text) = line.strip_prefix("content-length: ") {
            length = text.parse().map_err(io::Error::other)?;
        }
    }
    let mut text = vec![0; length];
    connection.read_exact(&mut text)?;
    Ok(status)
}

#[test]
fn what_is_refused_unread_is_answered_and_the_connection_goes_on() {
    let worker = shared().unwrap();
    let (admin, scim) = (worker.admin_token.as_str(), worker.token.as_str());
    for (head, token, status) in [
        ("POST /admin/v1/tenants", "wrong", 401),
        ("POST /admin/v1/tenants", admin, 413),
        ("POST /admin/v1/nothing", admin, 404),
        ("PUT /admin/v1/status", admin, 405),
        ("POST /admin/v1/tenants/1/import", admin, 415),
        ("POST /oauth/token", "wrong", 400),
        ("POST /nowhere", "wrong", 404),
        ("POST /healthz", "wrong", 405),
        ("POST /scim/v2/Users", "wrong", 401),
        ("POST /scim/v2/Users", scim, 413),
        ("POST /scim/v2/Nothing", scim, 404),
        ("PUT /scim/v2/Users", scim, 405),
    ] {
        for size in [100_000, LARGE] {
            let mut connection = connect(worker).unwrap();
            for _ in 0..2 {
                let body = vec![b'x'; size];
                let got = send(&mut connection, head, token, &body).unwrap().unwrap();
                assert!(
                    got == status || size < LARGE && got < 500,
                    "{head} {size}: {got}"
                );
            }
            let got = send(&mut connection, "GET /admin/v1/status", admin, b"").unwrap();
            assert_eq!(got, Some(200), "behind {head} {size}");
        }
    }
}

/// One who sends slowly, or more than anybody reads, is not waited for.
#[test]
#[expect(clippy::disallowed_methods, reason = "how long it takes is tested")]
fn a_body_is_not_taken_for_ever() {
    let worker = shared().unwrap();
    let mut connection = connect(worker).unwrap();
    let stream = connection.get_mut();
    let head = "POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nx";
    stream.write_all(head.as_bytes()).unwrap();
    let start = std::time::Instant::now();
    let mut line = String::new();
    connection.read_line(&mut line).unwrap();
    assert!(line.contains(" 404 "), "{line}");
    assert!(start.elapsed() < Duration::from_secs(15));
}
