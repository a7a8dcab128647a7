<?php
/**
 * What administrators read: the state, what is wrong, and what to ask the host for.
 *
 * @package Roster
 */

/** Sentences for states and problems. Each problem comes with its cure. */
final class Roster_Words {
	/**
	 * What stands first on the page.
	 *
	 * @return array{kind: string, title: string, text: string, ask: string}
	 */
	public static function state( array $state ) {
		if ( $state['on'] && ! Roster_Site::is_here( $state ) ) {
			/* translators: 1: the address that was, 2: the address that is. */
			return self::say( 'warning', __( 'This site has another address than the one Roster was set up for.', 'roster' ), sprintf( __( 'It was %1$s and is %2$s. Nothing is provisioned here. If the site has moved, press Repair. If this is a copy, deactivate the plugin here: the original goes on.', 'roster' ), $state['base'], Roster_Site::base() ) );
		}
		if ( '' !== $state['problem'] ) {
			return self::problem( $state['problem'], $state['facts'] );
		}
		if ( $state['on'] && '' !== $state['folder'] && ! is_file( $state['folder'] . '/roster' ) ) {
			return self::problem( 'program', array( $state['folder'] . '/roster' ) );
		}
		if ( ! $state['on'] || '' === $state['rung'] ) {
			return self::say( 'warning', __( 'Roster is not set up yet.', 'roster' ), __( 'Press Repair.', 'roster' ) );
		}
		$seen   = $state['seen'] ? $state['seen'] : $state['test'];
		$failed = Roster_Probe::failed( $seen );
		if ( $failed ) {
			return self::failing( $seen, $failed, $state );
		}
		return self::say( 'success', __( 'Provisioning works.', 'roster' ), __( 'Every kind of request gets through.', 'roster' ) . ' ' . self::arrivals( $state ) );
	}

	private static function say( $kind, $title, $text, $ask = '' ) {
		return compact( 'kind', 'title', 'text', 'ask' );
	}

	/** @return string How changes reach WordPress, and who is there. */
	private static function arrivals( array $state ) {
		global $wpdb;
		$text = 'ok' === $state['push'] || ( 'front' === $state['rung'] && Roster_Command::may( 'fastcgi_finish_request' ) )
			? __( 'WordPress applies changes within about a second.', 'roster' )
			: __( 'Roster cannot call this site, so WordPress asks for changes by itself: each minute while the site is visited, and whenever an administrator opens the list of users.', 'roster' );
		$count = roster_count_view( 'managed' ) - roster_count_view( 'deactivated' );
		/* translators: %s: a number of people. */
		$text .= ' ' . sprintf( _n( '%s person from your provider has access.', '%s people from your provider have access.', $count, 'roster' ), number_format_i18n( $count ) );
		$last  = roster_has_table() ? (int) $wpdb->get_var( 'SELECT MAX(updated) FROM ' . roster_table() ) : 0; // phpcs:ignore WordPress.DB
		if ( $last ) {
			/* translators: %s: a length of time. */
			$text .= ' ' . sprintf( __( 'The last change arrived %s ago.', 'roster' ), human_time_diff( $last ) );
		}
		return $text;
	}

	/** @return array What failing steps mean for people, and whom to ask. */
	private static function failing( array $rows, array $failed, array $state ) {
		$first = $rows[ $failed[0] ];
		$base  = Roster_Site::base();
		if ( 'header' === $first['layer'] ) {
			return self::problem( 'header', array() );
		}
		if ( 'password' === $first['layer'] ) {
			return self::problem( 'password', array() );
		}
		if ( 'address' === $first['layer'] && 'GET' === $failed[0] ) {
			/* translators: %s: an error message. */
			return self::say( 'warning', __( 'This site cannot call itself.', 'roster' ), sprintf( __( 'So it cannot test the way that providers come (%s). Press "Test from this browser".', 'roster' ), $first['text'] ) );
		}
		$methods = array_intersect( $failed, array( 'POST', 'PUT', 'PATCH', 'DELETE' ) );
		if ( $methods && $rows['GET']['ok'] ) {
			$names = implode( ', ', $methods );
			/* translators: %s: methods of HTTP. */
			$title = sprintf( __( 'The server turns %s away.', 'roster' ), $names );
			$text  = array_intersect( $methods, array( 'PUT', 'PATCH', 'DELETE' ) ) ? __( 'Your provider can create people, but it cannot change them, and leavers keep their access. Your host can cure it in a minute; the words to send are below.', 'roster' ) : '';
			/* translators: 1: an address, 2: methods of HTTP, 3: a status of HTTP. */
			return self::say( 'error', $title, $text, sprintf( __( "Please exempt %1\$s from mod_security rule 911100 (method enforcement), or from whatever else limits the methods.\nThe SCIM interface there needs the HTTP methods GET, POST, PUT, PATCH and DELETE. Now %2\$s are answered with %3\$s before they reach PHP or .htaccess.\nEvery request there carries a bearer token; without a valid one it is turned away with 401.", 'roster' ), $base, $names, $rows[ reset( $methods ) ]['status'] ) );
		}
		if ( array( '1 MiB' ) === $failed || array( '200 kB', '1 MiB' ) === array_values( $failed ) ) {
			$size = in_array( '200 kB', $failed, true ) ? '128 kB' : '200 kB';
			/* translators: %s: a size. */
			$title = sprintf( __( 'Requests of more than about %s do not get through.', 'roster' ), $size );
			/* translators: %s: an address. */
			return self::say( 'warning', $title, __( 'People are provisioned. Groups of some thousand members, sent at once, are not.', 'roster' ), sprintf( __( 'Please allow request bodies of 1 MiB for %s (FcgidMaxRequestLen for mod_fcgid, client_max_body_size for nginx).', 'roster' ), $base ) );
		}
		return self::say( 'error', __( 'Some requests do not get through.', 'roster' ), __( 'The table below says which, and who answers them instead of Roster.', 'roster' ) );
	}

	/** @return array What keeps Roster from running, what it means, and what to ask for. */
	public static function problem( $reason, array $facts ) {
		$fact = implode( '; ', $facts );
		$base = Roster_Site::base();
		switch ( $reason ) {
			case 'functions':
				return self::say(
					'error',
					__( 'This host lets PHP start no programs.', 'roster' ),
					/* translators: %s: names of PHP functions. */
					sprintf( __( 'Roster is a program, and PHP may not start it (disable_functions: %s). Ask the host for what is below; then press Repair.', 'roster' ), $fact ),
					/* translators: %s: an address. */
					sprintf( __( "Please take proc_open, proc_close and proc_terminate off PHP's disable_functions for my site.\nA plugin there has to start one program of its own, which answers %s. It needs no other privileges.", 'roster' ), $base )
				);
			case 'noexec':
				return self::say(
					'error',
					__( 'Programs cannot be run from any folder that this site may write.', 'roster' ),
					$fact,
					__( 'Please give my site a folder outside the document root, writable for PHP, that is not mounted noexec and lies within open_basedir. A plugin has to start one program there.', 'roster' )
				);
			case 'space':
				/* translators: %s: a folder. */
				return self::say( 'error', __( 'The program could not be put into its folder.', 'roster' ), sprintf( __( 'About 40 MB of space are needed in %s. Make room, and press Repair.', 'roster' ), $fact ) );
			case 'upload':
				return self::say( 'warning', __( 'One file is still missing: the program.', 'roster' ), __( 'This is the small zip, which has no program in it, or the host has removed it. Choose the file roster of the release below; it is sent in small pieces, so no limit of the host stands in its way.', 'roster' ) );
			case 'secret':
				return self::say( 'warning', __( 'This site belongs to another Roster.', 'roster' ), __( 'ROSTER_SECRET is defined in wp-config.php. Nothing was set up here, so that the two do not disturb each other. To run Roster on this site, remove the line and press Repair.', 'roster' ) );
			case 'foreign':
				/* translators: %s: a folder. */
				return self::say( 'error', __( 'The address is taken.', 'roster' ), sprintf( __( 'There is a folder %s which this plugin has not made. Rename or remove it, and press Repair.', 'roster' ), $fact ) );
			case 'loopback':
				/* translators: %s: an error message. */
				return self::say( 'warning', __( 'This site cannot call itself.', 'roster' ), sprintf( __( 'So it cannot try which way works here (%s). Your browser can: press "Set up from this browser".', 'roster' ), $fact ), __( 'Please let my site reach its own address from the server (loopback requests).', 'roster' ) );
			case 'password':
				/* translators: %s: an address. */
				return self::say( 'error', __( 'The site is protected by a password.', 'roster' ), __( 'Identity providers cannot pass it. Exempt the address from it, and press Repair.', 'roster' ), sprintf( __( 'Please exempt %s from the password protection (HTTP Basic) of this site. Every request there carries a bearer token of its own.', 'roster' ), $base ) );
			case 'program':
				$known = Roster_Program::facts();
				/* translators: 1: a file, 2: hexadecimal digits. */
				return self::say( 'error', __( 'The program is missing.', 'roster' ), __( 'A scanner of the host may have removed it. Ask for an exception, then press Repair.', 'roster' ), sprintf( __( 'Please exempt the file %1$s from the malware scanner. Its SHA-256 is %2$s; it is the SCIM server Roster, which a plugin of my site starts.', 'roster' ), $fact, $known ? $known['sha256'] : '' ) );
			case 'header':
				return self::say(
					'error',
					__( 'The web server keeps the token to itself.', 'roster' ),
					__( 'Requests arrive without the header Authorization, so nobody can be let in.', 'roster' ),
					/* translators: %s: an address. */
					sprintf( __( 'Please pass the Authorization header to PHP for %s: `CGIPassAuth On` (Apache), or `fastcgi_param HTTP_AUTHORIZATION $http_authorization;` (nginx).', 'roster' ), $base )
				);
			case 'way':
				return self::say(
					'error',
					__( 'No request reaches Roster.', 'roster' ),
					__( 'Every way was tried, and each failed; "How it runs here" says how.', 'roster' ),
					/* translators: 1: an address, 2: a path. */
					sprintf( __( "Please let requests for %1\$s reach WordPress's index.php, for all methods, like any other address that is no file.\nnginx: location %2\$s { try_files \$uri /index.php?\$args; }\nApache: AllowOverride FileInfo Options for the document root, or a rewrite rule to /index.php.\nOr allow CGI (ExecCGI) in the folder scim.", 'roster' ), $base, Roster_Site::path( Roster_Site::home() ) . '/scim/' )
				);
			case 'name':
				return $facts
					? self::say(
						'error',
						__( 'A rule of this site takes every address with "scim" in it.', 'roster' ),
						/* translators: %s: a file, the number of a line, and the line. */
						sprintf( __( 'An older SCIM plugin may have wanted it. Remove it, with the lines that belong to it, and press Repair. It is in %s', 'roster' ), $fact )
					)
					: self::say(
						'error',
						__( 'A rule of the web server takes every address with "scim" in it.', 'roster' ),
						__( 'Other addresses of this site reach Roster, and this one does not. The rule is not in .htaccess: the host can find it.', 'roster' ),
						/* translators: %s: an address. */
						sprintf( __( "Please remove the rule for addresses with \"scim\" in them from my site's web server (a RewriteRule, or a location of nginx).\nIt keeps %s from the site. An older SCIM plugin wanted it, and nothing needs it any more.", 'roster' ), $base )
					);
			case 'test':
				/* translators: %s: kinds of requests. */
				return self::say( 'error', __( 'The program did not pass the test.', 'roster' ), sprintf( __( 'It failed at: %s. Press Repair.', 'roster' ), $fact ) );
			case 'answer':
				/* translators: %s: what the program said. */
				return self::say( 'error', __( 'The program does not answer.', 'roster' ), sprintf( __( 'A request for its own description was answered with %s. Upload the zip again, and press Repair.', 'roster' ), $fact ) );
			case 'place':
				return self::say(
					'error',
					__( 'There is no better place yet.', 'roster' ),
					$fact,
					__( 'Please give my site a folder outside the document root, on the same disk, writable for PHP. A plugin has to keep a database there which must not be handed out.', 'roster' )
				);
			case 'migrate':
				/* translators: %s: what the program said. */
				return self::say( 'error', __( 'The directory could not be opened.', 'roster' ), sprintf( __( 'The program said: %s', 'roster' ), $fact ) );
			case 'connect':
				/* translators: %s: what the program said. */
				return self::say( 'error', __( 'Roster and this site could not be tied together.', 'roster' ), sprintf( __( 'The program said: %s', 'roster' ), $fact ) );
			default:
				return self::say( 'error', __( 'Setting up ended with an error.', 'roster' ), $fact );
		}
	}

	/** @return string A way, for people. */
	public static function rung( $rung ) {
		$names = array(
			'mixed' => __( 'FastCGI (mod_fcgid), with CGI for large requests', 'roster' ),
			'cgi'   => __( 'CGI', 'roster' ),
			'fcgid' => __( 'FastCGI (mod_fcgid), with PHP for large requests', 'roster' ),
			'php'   => __( 'a PHP file, which starts the program for each request', 'roster' ),
			'front' => __( "WordPress's own entrance: about the cost of a page for each request", 'roster' ),
		);
		$name = str_replace( '-plain', '', $rung );
		return isset( $names[ $name ] ) ? $names[ $name ] : __( 'none', 'roster' );
	}
}
