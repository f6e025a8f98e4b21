//! Runs other programs and says in one line which one failed and why.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// What a step gives: nothing or a value, or one line for the person who called.
pub type Outcome<T = ()> = Result<T, String>;

/// One call of a program.
pub struct Call {
    command: Command,
    words: String,
    quiet: bool,
}

impl Call {
    /// A call of `program`, which is looked up on PATH unless it is a path.
    pub fn new(program: impl AsRef<OsStr>) -> Call {
        let program = program.as_ref();
        let mut command = Command::new(program);
        command.stdin(Stdio::null());
        let name = Path::new(program).file_name().unwrap_or(program);
        Call {
            command,
            words: name.to_string_lossy().into_owned(),
            quiet: false,
        }
    }

    /// Adds one argument.
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Call {
        self.words.push(' ');
        self.words.push_str(&argument.as_ref().to_string_lossy());
        self.command.arg(argument);
        self
    }

    /// Adds arguments.
    pub fn args<I: IntoIterator<Item: AsRef<OsStr>>>(self, arguments: I) -> Call {
        arguments.into_iter().fold(self, Call::arg)
    }

    /// Runs in this folder.
    pub fn dir(mut self, folder: &Path) -> Call {
        self.command.current_dir(folder);
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Call {
        self.command.env(name, value);
        self
    }

    /// Sets environment variables.
    pub fn envs(mut self, variables: &[(&str, OsString)]) -> Call {
        for (name, value) in variables {
            self.command.env(name, value);
        }
        self
    }

    /// Keeps what the program prints back, and shows it only when the program fails.
    pub fn quiet(mut self) -> Call {
        self.quiet = true;
        self
    }

    /// Runs the program to its end; an exit code other than 0 is a failure.
    pub fn run(mut self) -> Outcome {
        if self.quiet {
            return self.output().map(|_| ());
        }
        let status = self
            .command
            .status()
            .map_err(|cause| format!("cannot start `{}`: {cause}", self.words))?;
        if status.success() {
            Ok(())
        } else {
            Err(format!("`{}` failed ({status})", self.words))
        }
    }

    /// Runs the program without showing what it prints; whether it ended well.
    pub fn quietly_succeeds(mut self) -> bool {
        let output = self.command.output();
        output.is_ok_and(|output| output.status.success())
    }

    /// Runs the program and gives what it printed on standard output.
    pub fn output(mut self) -> Outcome<String> {
        let output = self
            .command
            .output()
            .map_err(|cause| format!("cannot start `{}`: {cause}", self.words))?;
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() {
            return Ok(printed);
        }
        eprint!("{printed}{}", String::from_utf8_lossy(&output.stderr));
        Err(format!("`{}` failed ({})", self.words, output.status))
    }
}

/// The first of these programs that is on PATH.
pub fn find(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    names.iter().find_map(|name| {
        std::env::split_paths(&path)
            .map(|folder| folder.join(name))
            .find(|file| file.is_file())
    })
}

/// Runs a step of a build and says how long it took.
pub fn timed<T>(name: &str, step: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    let start = Instant::now();
    let value = step()?;
    eprintln!("  {name}: {:.1} s", start.elapsed().as_secs_f64());
    Ok(value)
}
