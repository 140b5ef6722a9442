//! The processes of a function, one after the other.

use super::{
    environment,
    log::{LogLine, LogStream},
    server,
    shared::Shared,
    state::{State, Stop},
};
use std::{
    io,
    net::Ipv4Addr,
    process::{ExitStatus, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    net::TcpListener,
    process::{Child, Command},
    task::JoinSet,
};

/// Starts a process whenever one is needed, until the function is closed.
pub(super) async fn supervise(shared: Arc<Shared>) {
    loop {
        let is_closing = shared.until(|state| match state {
            State { closing: true, .. } => Some(true),
            state => state.needs_process().then_some(false),
        });
        if is_closing.await {
            return;
        }
        if let Err(error) = run(&shared).await {
            let program = shared.options.program.display();
            shared.update(|state| state.give_up(format!("{program} cannot be run: {error}")));
            return;
        }
    }
}

/// One process, from its start to its end.
async fn run(shared: &Arc<Shared>) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let options = &shared.options;
    let number = shared.read(|state| state.started) + 1;
    let variables = environment::variables(options, listener.local_addr()?, number, |name| {
        std::env::var_os(name)
    });
    // Before it is there: this may have to wait for a processor while the process already runs.
    let began = Instant::now();
    let mut child = Command::new(&options.program)
        .env_clear()
        .envs(variables)
        .current_dir(&options.task_root)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    shared.update(|state| state.spawned(child.id(), began));

    let mut api = JoinSet::new();
    api.spawn(server::serve(listener, shared.clone(), number));
    let mut logs = JoinSet::new();
    if let Some(out) = child.stdout.take() {
        logs.spawn(keep_lines(out, LogStream::Stdout, shared.clone(), number));
    }
    if let Some(err) = child.stderr.take() {
        logs.spawn(keep_lines(err, LogStream::Stderr, shared.clone(), number));
    }

    let stop = shared.until(|state| {
        if state.closing {
            Some(Stop::Kill)
        } else {
            state.stop
        }
    });
    let (status, was_terminated) = tokio::select! {
        status = child.wait() => (status?, false),
        stop = stop => end(&mut child, stop, shared, number).await?,
    };
    // A child of the process may hold its output open for ever.
    let read = async { while logs.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(Duration::from_secs(2), read).await;
    drop(api);
    shared.update(|state| state.process_ended(status, was_terminated));
    Ok(())
}

/// Ends a process; whether it was asked to, by SIGTERM.
async fn end(
    child: &mut Child,
    stop: Stop,
    shared: &Shared,
    number: u64,
) -> io::Result<(ExitStatus, bool)> {
    // Without an extension, Lambda gives a process no time at all.
    // See <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-shutdown>.
    let has_extension = shared.update(|state| {
        let process = state.process(number);
        process.is_some_and(|process| !process.extensions.is_empty())
    });
    let is_asked = stop == Stop::Shutdown && has_extension && terminate(child).await?;
    if is_asked {
        let ended = tokio::time::timeout(shared.options.shutdown_grace, child.wait()).await;
        if let Ok(status) = ended {
            return Ok((status?, true));
        }
    }
    // It may have ended meanwhile.
    let _ = child.start_kill();
    Ok((child.wait().await?, is_asked))
}

/// Sends SIGTERM; whether there is such a thing here.
#[cfg(unix)]
async fn terminate(child: &Child) -> io::Result<bool> {
    // The id is still that of the child: it was not waited for yet.
    let Some(id) = child.id() else {
        return Ok(false);
    };
    let sent = Command::new("/bin/sh")
        .args(["-c", "kill -s TERM \"$0\"", &id.to_string()])
        .status();
    Ok(sent.await?.success())
}

#[cfg(not(unix))]
async fn terminate(_: &Child) -> io::Result<bool> {
    Ok(false)
}

/// Keeps what a process writes, line by line.
async fn keep_lines(
    output: impl AsyncRead + Unpin,
    stream: LogStream,
    shared: Arc<Shared>,
    process: u64,
) {
    let mut output = BufReader::new(output);
    let mut line = Vec::new();
    while let Ok(1..) = output.read_until(b'\n', &mut line).await {
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end_matches(['\n', '\r']).to_owned();
        shared.update(|state| {
            let line = LogLine {
                stream,
                text,
                process,
            };
            state.logs.push(line, shared.options.kept_lines);
        });
        line.clear();
    }
}
