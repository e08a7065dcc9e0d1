//! Serves a watch folder on this machine, to look at pages: `serve FOLDER PORT`.

use std::{path::Path, sync::Arc};

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let mut args = std::env::args().skip(1);
    let folder = args.next().unwrap_or_default();
    let port: u16 = args.next().and_then(|p| p.parse().ok()).unwrap_or(0);
    let read = watch::Paths::of_folder(Path::new(&folder)).and_then(|paths| watch::Watch::load(&paths));
    let watch = read.map_err(std::io::Error::other)?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}/", listener.local_addr()?);
    server::serve(Arc::new(watch), listener, std::future::pending()).await
}
