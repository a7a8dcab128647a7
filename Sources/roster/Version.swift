/// The program's version, as `roster --version` prints it and `make dist` names its archive.
let version = "0.1.0"
