import Gateway
import Secrets

if let fault = ProcessLimits.fault() {
    complain(fault)
    exit(status: 1)
}

if !Sodium.prepare() {
    complain("libsodium cannot be used")
    exit(status: 1)
}

// Decided before anything looks at argv: under CGI a client can write argv.
let mode = Gateway.mode()
switch mode {
case .commandLine: RosterCommand.main()
case .cgi, .fastCGI: exit(status: Server().serve(mode))
}
