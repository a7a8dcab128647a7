import Gateway

// Decided before anything looks at argv: under CGI a client can write argv.
let mode = Gateway.mode()
switch mode {
case .commandLine: RosterCommand.main()
case .cgi, .fastCGI: exit(status: Server().serve(mode))
}
