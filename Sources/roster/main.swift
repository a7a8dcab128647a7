import Gateway

if let fault = ProcessLimits.fault() {
    complain(fault)
    exit(status: 1)
}

// Decided before anything looks at argv: under CGI a client can write argv.
let mode = Gateway.mode()
switch mode {
case .commandLine: RosterCommand.main()
case .cgi, .fastCGI: exit(status: Server().serve(mode))
}
