use std::net::SocketAddr;

use axum::body::{Body, Bytes};
use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::*;

const LIMITS: Limits = Limits {
    max_connections: 8,
    header: Duration::from_millis(200),
    idle: Duration::from_millis(200),
    shutdown: Duration::from_secs(10),
};

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

async fn start(router: Router) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(serve(listener, router, LIMITS, async move {
        stopped.await.unwrap();
    }));
    Running { address, stop, task }
}

async fn connect(address: SocketAddr, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn a_request_under_way_is_finished_after_the_signal_and_no_other_begins() {
    let (arrived, mut arrivals) = mpsc::channel(1);
    let (go_on, may_go_on) = oneshot::channel::<()>();
    let may_go_on = Arc::new(tokio::sync::Mutex::new(Some(may_go_on)));
    let router = Router::new().route(
        "/",
        get(move || {
            let (arrived, may_go_on) = (arrived.clone(), Arc::clone(&may_go_on));
            async move {
                arrived.send(()).await.unwrap();
                may_go_on.lock().await.take().unwrap().await.unwrap();
                "finished"
            }
        }),
    );
    let running = start(router).await;
    let mut stream = connect(running.address, "GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    arrivals.recv().await.unwrap();
    running.stop.send(()).unwrap();
    while TcpStream::connect(running.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    go_on.send(()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("finished"), "{answer}");
    running.task.await.unwrap();
}

#[tokio::test]
async fn whoever_does_not_finish_a_requests_head_is_cut_off() {
    let running = start(Router::new()).await;
    let mut stream = connect(running.address, "GET / HTTP/1.1\r\nhost:").await;
    let mut answer = Vec::new();
    // Ends, with an answer or without.
    let _length = stream.read_to_end(&mut answer).await;
}

#[tokio::test]
async fn whoever_takes_nothing_is_cut_off() {
    struct Told(Option<oneshot::Sender<()>>);
    impl Drop for Told {
        fn drop(&mut self) {
            if let Some(sender) = self.0.take() {
                let _nobody_waits = sender.send(());
            }
        }
    }

    let (dropped, was_dropped) = oneshot::channel();
    let told = Arc::new(std::sync::Mutex::new(Some(dropped)));
    let router = Router::new().route(
        "/",
        get(move || {
            let told = Told(told.lock().unwrap().take());
            // Without an end: only the limit on standing still can stop it.
            let endless = futures::stream::repeat_with(move || {
                let _kept = &told;
                Ok::<_, io::Error>(Bytes::from_static(&[0; 64 * 1024]))
            });
            async move { Body::from_stream(endless) }
        }),
    );
    let running = start(router).await;
    let stream = connect(running.address, "GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    was_dropped.await.unwrap();
    drop(stream);
    running.stop.send(()).unwrap();
    running.task.await.unwrap();
}
