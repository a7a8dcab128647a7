import Directory

/// What to do about a site that does not answer as it should.
enum Advice {
    static func `for`(_ problem: Problem) -> String? {
        switch problem.code {
        case "scim_bad_signature", "scim_unsigned":
            "The site has another secret: put the lines of `roster wordpress connect` into "
                + "wp-config.php, above the line that says to stop editing."
        case "scim_stale":
            "The clocks of the two machines are more than 5 minutes apart: set them by NTP."
        case "no_plugin":
            "Is the plugin roster.php in wp-content/mu-plugins, or activated? Does a firewall, a "
                + "password in front of the site (--header) or a redirect to another address "
                + "answer instead?"
        case "unreachable":
            "Can this machine reach the site by this address? Where it cannot reach itself by its "
                + "public address, use --connect-to 127.0.0.1:443."
        case "no_curl":
            "Install curl, or define ROSTER_URL and ROSTER_NAME in wp-config.php: then the plugin "
                + "asks for what is due."
        default: nil
        }
    }
}
