import Transport

/// The web server in front, as far as its answers tell, and the lines that cure its habits.
enum WebServer: Equatable {
    case apache, liteSpeed, nginx
    /// As its `Server` field says.
    case other(String)
    /// Without a `Server` field.
    case unknown

    init(_ answer: HTTPAnswer) {
        guard let field = answer.header("Server"), !field.isEmpty else {
            self = .unknown
            return
        }
        let name = field.lowercased()
        self =
            switch true {
            case name.hasPrefix("apache"): .apache
            case name.contains("litespeed"): .liteSpeed
            case name.hasPrefix("nginx"), name.hasPrefix("openresty"): .nginx
            default: .other(field)
            }
    }

    var name: String {
        switch self {
        case .apache: "Apache"
        case .liteSpeed: "LiteSpeed"
        case .nginx: "nginx"
        case .other(let name): name
        case .unknown: "a server without a name"
        }
    }

    // MARK: Cures

    private static let setEnvIf = #"SetEnvIf Authorization "(.+)" HTTP_AUTHORIZATION=$1"#
    private static let rewrite =
        "RewriteEngine On, RewriteCond %{HTTP:Authorization} . and "
        + "RewriteRule ^ - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]"

    /// Where Roster does not see the Authorization field.
    var passingAuthorization: String {
        switch self {
        case .apache:
            "in scim/.htaccess: \(Self.setEnvIf); or in the server's own configuration: "
                + "CGIPassAuth On"
        case .liteSpeed: "in scim/.htaccess: \(Self.rewrite)"
        case .nginx:
            "with fastcgi_pass: fastcgi_param HTTP_AUTHORIZATION $http_authorization; where nginx "
                + "passes requests on to Apache, in its scim/.htaccess: \(Self.setEnvIf)"
        case .other, .unknown:
            "let \(name) pass Authorization on; where Apache runs Roster, in scim/.htaccess: "
                + "\(Self.setEnvIf); or: \(Self.rewrite)"
        }
    }

    /// Where a method does not arrive at a path.
    func passing(method: String, at path: String) -> String {
        switch self {
        case .apache, .liteSpeed:
            "in scim/.htaccess: RewriteEngine Off (keeps rules of the folders above away); in the "
                + "server's configuration no Limit or LimitExcept for \(path), and for ModSecurity "
                + "SecRuleRemoveById 911100 there"
        case .nginx:
            "location ^~ \(path) as in deploy/nginx.conf, without limit_except and without a "
                + "return for \(method)"
        case .other, .unknown: "allow \(method) at \(path)"
        }
    }

    /// Where a large body does not arrive.
    ///
    /// - Parameter status: What the server answered; `nil` where it broke the connection.
    /// - Returns: The line that raises its limit.
    func passingBodies(status: Int?) -> String {
        switch self {
        case .apache where status != 413, .liteSpeed where status != 413:
            "in the server's configuration, it has no effect in .htaccess: "
                + "FcgidMaxRequestLen 4194304; without access to it, as plain CGI in "
                + "scim/.htaccess: SetHandler cgi-script"
        case .apache, .liteSpeed: "LimitRequestBody 4194304, and SecRequestBodyLimit of ModSecurity"
        case .nginx: "client_max_body_size 4m;"
        case .other, .unknown: "raise its limit for request bodies above 1 MiB"
        }
    }

    /// Where error pages of the server replace answers.
    var keepingErrorBodies: String {
        switch self {
        case .apache, .liteSpeed: "ProxyErrorOverride Off"
        case .nginx:
            "fastcgi_intercept_errors off; and behind proxy_pass: proxy_intercept_errors off;"
        case .other, .unknown: "let \(name) pass the bodies of error answers on"
        }
    }

    /// Where Roster uses another setting than the command line does.
    func setting(_ variable: String, _ value: String) -> String {
        switch self {
        case .apache, .liteSpeed: "SetEnv \(variable) \(value)"
        case .nginx:
            "fastcgi_param \(variable) \(value); or in roster@.service: "
                + "Environment=\(variable)=\(value)"
        case .other, .unknown: "\(variable)=\(value) in Roster's environment"
        }
    }

    /// Where a path does not lead to Roster at all.
    func leading(path: String) -> String {
        switch self {
        case .apache, .liteSpeed:
            "copy program and .htaccess as deploy/htaccess says (AllowOverride must let it work), "
                + "or include deploy/apache.conf with Define ROSTER_PATH \(path)"
        case .nginx: "include deploy/nginx.conf in the server block: location ^~ \(path)"
        case .other, .unknown: "let \(name) run Roster at \(path)"
        }
    }
}
