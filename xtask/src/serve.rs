//! A small static file server on localhost, for the playground.

use crate::process::Outcome;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};

/// How many ports above the wanted one are tried when that one is taken.
const PORTS_TRIED: u16 = 20;
const REQUEST_LINES_MAX: usize = 200;

/// Serves a folder until the program is ended; says the address once it listens.
pub fn serve(folder: &Path, port: u16) -> Outcome {
    let listener = (port..port.saturating_add(PORTS_TRIED))
        .find_map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok())
        .ok_or(format!("no free port from {port} on"))?;
    let address = listener.local_addr().map_err(|cause| cause.to_string())?;
    println!("http://localhost:{}/   (Ctrl-C ends it)", address.port());
    for stream in listener.incoming().flatten() {
        let folder = folder.to_path_buf();
        std::thread::spawn(move || answer(&folder, stream));
    }
    Ok(())
}

/// Answers one request and closes. A client that goes away midway is no failure.
fn answer(folder: &Path, mut stream: TcpStream) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
    let request = lines.next()?.ok()?;
    lines
        .by_ref()
        .take(REQUEST_LINES_MAX)
        .take_while(|line| line.as_ref().is_ok_and(|line| !line.is_empty()))
        .for_each(drop);
    let mut words = request.split(' ');
    let (method, target) = (words.next()?, words.next()?);
    let file = locate(folder, target);
    let content = file.as_ref().and_then(|file| std::fs::read(file).ok());
    let (status, kind, body) = match (method, file, content) {
        ("GET" | "HEAD", Some(file), Some(content)) => ("200 OK", media_type(&file), content),
        ("GET" | "HEAD", _, _) => ("404 Not Found", "text/plain", b"not found\n".to_vec()),
        _ => ("405 Method Not Allowed", "text/plain", Vec::new()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\
         Cache-Control: no-cache\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    if method == "GET" {
        stream.write_all(&body).ok()?;
    }
    stream.flush().ok()
}

/// The file that a request names; none when it points outside the folder.
fn locate(folder: &Path, target: &str) -> Option<PathBuf> {
    let path = target.split(['?', '#']).next()?;
    let path = decode(path.trim_start_matches('/'))?;
    let inside = Path::new(&path)
        .components()
        .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if !inside {
        return None;
    }
    let file = folder.join(path);
    Some(if file.is_dir() {
        file.join("index.html")
    } else {
        file
    })
}

/// Undoes percent-encoding.
fn decode(path: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte == b'%' {
            let digits = rest.get(..2)?;
            let digits = std::str::from_utf8(digits).ok()?;
            decoded.push(u8::from_str_radix(digits, 16).ok()?);
            rest = rest.get(2..)?;
        } else {
            decoded.push(byte);
        }
    }
    String::from_utf8(decoded).ok()
}

fn media_type(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map" | "webmanifest") => "application/json",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("csv") => "text/csv; charset=utf-8",
        Some("txt" | "md" | "ndjson") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_request_stays_inside_the_folder() {
        let folder = Path::new("site");
        let check = |target: &str, expected: Option<&str>| {
            let expected = expected.map(|path| folder.join(path));
            assert_eq!(locate(folder, target), expected, "{target}");
        };
        check("/assets/a.js?v=1", Some("assets/a.js"));
        check("/a%20b.txt", Some("a b.txt"));
        check("/../secret", None);
        check("/%2e%2e/secret", None);
        check("/a%2", None);
    }
}
