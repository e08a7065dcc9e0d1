//! `serve`: the watch as web pages, on this machine unless told otherwise.

use std::{net::SocketAddr, sync::Arc};

use crate::{Failure, arguments::Serve};

/// Serves until interrupted.
pub fn run(options: &Serve) -> Result<(), Failure> {
    let watch = Arc::new(options.watch.load()?);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let address = SocketAddr::new(options.address, options.port);
        let listener = tokio::net::TcpListener::bind(address).await.map_err(|error| {
            Failure::Input(format!("{address} cannot be listened on: {error}; choose another with --port, or --port 0 for a free one"))
        })?;
        let bound = listener.local_addr()?;
        println!("{}: http://{bound}/", watch.title());
        if !bound.ip().is_loopback() {
            eprintln!("Others can reach this address: there are no accounts yet, so anyone who can may read everything in the watch.");
        }
        let stop = async {
            let _ = tokio::signal::ctrl_c().await;
        };
        Ok(server::serve(watch, listener, stop).await?)
    })
}
