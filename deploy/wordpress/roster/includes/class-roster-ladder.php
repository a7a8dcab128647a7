<?php
/**
 * The ways from the web server to the program. Each is tried in a folder of its own name, and the first that passes stays.
 *
 * @package Roster
 */

/** Tries the rungs from the fastest to the last. */
final class Roster_Ladder {
	const MARK  = '# Roster: written by its WordPress plugin, which removes it when it is deactivated.';
	const SCIM  = 'scim';
	const FRONT = 'roster-gateway.php';

	/** What is below scim: the endpoint, and the pages for people. */
	const ENTRANCES = array( 'v2', Roster_Gateway::CONSOLE );
	const ENTRANCE  = '(?:v2|' . Roster_Gateway::CONSOLE . ')';

	/** Rules of folders above may be made to count below, too, and to come first. */
	const ALONE = "<IfModule mod_version.c>\n\t<IfVersion >= 2.4.8>\n\t\tRewriteOptions IgnoreInherit\n\t</IfVersion>\n</IfModule>";

	/** Apache's rules while nobody is to come in. */
	const CLOSED = "RewriteEngine On\nRewriteRule ^ - [R=503,L]\n";

	/** The client has its answer; WordPress goes on only to ask for the change, and shows nothing. */
	const THEN = "define( 'ROSTER_ASKS', true );\n";

	/** From the fastest on. `plain` has no Options, for hosts that forbid the word and allow programs. */
	const RUNGS = array( 'mixed', 'mixed-plain', 'cgi', 'cgi-plain', 'fcgid', 'fcgid-plain', 'php', 'front' );

	/**
	 * Tries all rungs.
	 *
	 * @param string $folder The private folder.
	 * @param string $token  A valid token.
	 * @return array{rung: string, test: array, attempts: array} An empty rung: nothing reaches the program.
	 */
	public static function climb( $folder, $token ) {
		$attempts = array();
		$best     = null;
		foreach ( self::RUNGS as $rung ) {
			if ( ! self::is_worth_a_try( $rung, $attempts ) ) {
				continue;
			}
			$rows              = 'front' === $rung ? self::try_front( $folder, $token ) : self::try_folder( $rung, $folder, $token );
			$attempts[ $rung ] = self::summary( $rows );
			if ( Roster_Probe::is_green( $rows ) ) {
				return array( 'rung' => $rung, 'test' => $rows, 'attempts' => $attempts );
			}
			// A firewall that takes PUT from every rung is no reason to have none.
			$passed = count( array_filter( wp_list_pluck( $rows, 'ok' ) ) );
			if ( self::is_of_use( $rows ) && ( ! $best || $passed > $best['passed'] ) ) {
				$best = array( 'rung' => $rung, 'passed' => $passed );
			}
		}
		if ( $best ) {
			$rows = 'front' === $best['rung'] ? self::try_front( $folder, $token ) : self::try_folder( $best['rung'], $folder, $token, array_keys( Roster_Probe::steps() ) );
			return array( 'rung' => $best['rung'], 'test' => $rows, 'attempts' => $attempts );
		}
		self::remove( self::final_folder() );
		self::remove_front();
		return array( 'rung' => '', 'test' => isset( $rows ) ? $rows : array(), 'attempts' => $attempts );
	}

	/** @return bool Whether a provider can do anything by a way. */
	public static function is_of_use( array $rows ) {
		return $rows && $rows['GET']['ok'] && $rows['Authorization']['ok'];
	}

	/**
	 * Where PHP starts no programs, only the web server can; and where mod_fcgid does not answer at all, large bodies do not
	 * matter.
	 *
	 * @param string   $rung     The rung.
	 * @param string[] $attempts What came of those before it.
	 */
	public static function is_worth_a_try( $rung, array $attempts ) {
		$sibling = str_replace( 'fcgid', 'mixed', $rung );
		if ( $sibling !== $rung && isset( $attempts[ $sibling ] ) && 0 === strpos( $attempts[ $sibling ], 'GET:' ) ) {
			return false;
		}
		return Roster_Command::is_possible() || in_array( $rung, array( 'mixed', 'mixed-plain', 'cgi', 'cgi-plain' ), true );
	}

	/** @return string What came of a rung, for the page. */
	public static function summary( array $rows ) {
		foreach ( $rows as $key => $row ) {
			if ( ! $row['ok'] ) {
				return "$key: {$row['text']}";
			}
		}
		return 'ok';
	}

	/** @return string The folder that the base URL leads to. */
	public static function final_folder() {
		return Roster_Site::folder() . '/' . self::SCIM;
	}

	/** @return bool Whether there is a folder of that name which somebody else has made. */
	public static function is_foreign( $folder ) {
		// phpcs:ignore WordPress.PHP.NoSilencedErrors -- a file that is not there is nobody's.
		return file_exists( $folder ) && 0 !== strpos( (string) @file_get_contents( "$folder/.htaccess" ), self::MARK );
	}

	/**
	 * Tries a rung that is a folder with .htaccess: first under another name, then under its own.
	 *
	 * @param string[] $may_fail Steps that need not pass for it to stay.
	 * @return array[] The rows of the test.
	 */
	public static function try_folder( $rung, $folder, $token, array $may_fail = array() ) {
		$mark = Roster_Site::random( 8 );
		$name = self::open( $rung, $mark );
		if ( '' === $name ) {
			return self::failure( __( 'the document root cannot be written', 'roster' ) );
		}
		$probe = Roster_Site::folder() . "/$name";
		$base  = Roster_Site::home() . "/$name/v2";
		try {
			$fault = self::decoy_fault( $rung, $mark, Roster_Probe::request( 'GET', $base . self::decoy( $rung ) ) );
			if ( '' !== $fault ) {
				return self::failure( $fault );
			}
			self::write( $rung, $probe, $folder );
			$rows = Roster_Probe::run( $base, $token );
			if ( ! Roster_Probe::passes( $rows, $may_fail ) ) {
				return $rows;
			}
			$old  = self::promote( $probe );
			$rows = Roster_Probe::run( Roster_Site::base(), $token );
			self::settle( $old, Roster_Probe::passes( $rows, $may_fail ) );
			return $rows;
		} finally {
			self::remove( $probe );
		}
	}

	/**
	 * Makes a folder of another name with files that tell nothing, to see whether the server runs them or hands them out.
	 *
	 * @return string The folder's name; empty where it cannot be made.
	 */
	public static function open( $rung, $mark ) {
		$name  = 'roster-probe-' . Roster_Site::random( 6 );
		$probe = Roster_Site::folder() . "/$name";
		if ( ! Roster_Site::make_folder( $probe, 0755 ) ) {
			return '';
		}
		Roster_Site::write( "$probe/v2", "#!/bin/sh\n# $mark\nprintf 'Status: 200 OK\\r\\nContent-Type: text/plain\\r\\n\\r\\nran'\n", 0755 );
		Roster_Site::write( "$probe/gateway.php", "<?php\n// $mark\nhttp_response_code( 200 );\necho 'r', 'an';\n", 0644 );
		Roster_Site::write( "$probe/.htaccess", self::htaccess( $rung ), 0644 );
		return $name;
	}

	/**
	 * What is asked of it, behind its address. A server without the module finds nothing at a longer path, and is asked no
	 * further; mod_fcgid fails there, and each failure takes its time.
	 *
	 * @return string
	 */
	public static function decoy( $rung ) {
		return 0 === strpos( $rung, 'fcgid' ) || 0 === strpos( $rung, 'mixed' ) ? '/decoy' : '';
	}

	/** @return string Why the rung is none; empty where it may be one. */
	public static function decoy_fault( $rung, $mark, array $answer ) {
		$body = $answer['body'];
		if ( 0 === $answer['status'] ) {
			return $answer['error'];
		}
		if ( false !== strpos( $body, $mark ) || 0 === strpos( $body, '#!' ) ) {
			return __( 'the web server hands the file out instead of running it', 'roster' );
		}
		$ran = 'ran' === trim( $body );
		// mod_fcgid does not understand a plain script, and says 500; all others run it.
		if ( 404 === $answer['status'] || ( ! $ran && $answer['status'] < 400 ) || ( 'php' === $rung && ! $ran ) ) {
			/* translators: %d: a status of HTTP. */
			return sprintf( __( '%d: the address does not lead to the file', 'roster' ), $answer['status'] );
		}
		return '';
	}

	/**
	 * Gives a folder that has passed its own name.
	 *
	 * @return string Where that which had the name is now.
	 */
	public static function promote( $probe ) {
		$final = self::final_folder();
		$old   = Roster_Site::folder() . '/roster-old-' . Roster_Site::random( 6 );
		if ( self::is_foreign( $final ) ) {
			throw new Roster_Problem( 'foreign', array( $final ) );
		}
		// phpcs:disable WordPress.WP.AlternativeFunctions -- WP_Filesystem has no rename that is one step.
		if ( is_dir( $final ) ) {
			rename( $final, $old );
		}
		rename( $probe, $final );
		// phpcs:enable
		return $old;
	}

	/** Removes what had the name before, or gives it back. */
	public static function settle( $old, $stays ) {
		if ( $stays ) {
			self::remove( $old );
			self::remove_front();
			return;
		}
		self::remove( self::final_folder() );
		if ( is_dir( $old ) ) {
			rename( $old, self::final_folder() ); // phpcs:ignore WordPress.WP.AlternativeFunctions
		}
	}

	/** @return array[] Rows for a rung that was not even asked. */
	public static function failure( $text ) {
		$rows = array();
		foreach ( array_keys( Roster_Probe::steps() ) as $key ) {
			$rows[ $key ] = array( 'ok' => false, 'status' => 0, 'layer' => 'GET' === $key ? 'server' : 'none', 'text' => $text, 'ms' => 0 );
		}
		return $rows;
	}

	/** Writes the files of a rung, new ones into the place of old ones. */
	public static function write( $rung, $target, $folder ) {
		$base = Roster_Site::path( Roster_Site::base() );
		Roster_Site::write( "$target/.htaccess", self::htaccess( $rung ), 0644 );
		if ( 'php' === $rung || 0 === strpos( $rung, 'fcgid' ) ) {
			Roster_Site::write( "$target/gateway.php", "<?php\n" . self::call( $folder, $base ), 0644 );
		} elseif ( is_file( "$target/gateway.php" ) ) {
			unlink( "$target/gateway.php" ); // phpcs:ignore WordPress.WP.AlternativeFunctions
		}
		foreach ( self::ENTRANCES as $name ) {
			if ( 'php' === $rung ) {
				// phpcs:ignore WordPress.PHP.NoSilencedErrors, WordPress.WP.AlternativeFunctions
				@unlink( "$target/$name" );
			} else {
				Roster_Site::write( "$target/$name", self::wrapper( $folder ), 0755 );
			}
		}
	}

	/** Lets nobody in but the test, until open_gate() and the files of the rung are written again. */
	public static function close( $rung, $folder ) {
		Roster_Probe::$pass = Roster_Site::random( 16 );
		Roster_Site::write( "$folder/" . Roster_Gateway::GATE, Roster_Probe::$pass, 0600 );
		if ( 'front' !== $rung && is_dir( self::final_folder() ) && ! self::is_foreign( self::final_folder() ) ) {
			Roster_Site::write( self::final_folder() . '/.htaccess', self::MARK . "\n" . self::CLOSED, 0644 );
		}
	}

	public static function open_gate( $folder ) {
		Roster_Probe::$pass = '';
		@unlink( "$folder/" . Roster_Gateway::GATE ); // phpcs:ignore WordPress.PHP.NoSilencedErrors, WordPress.WP.AlternativeFunctions
	}

	/** @return bool Whether this process has closed it. */
	public static function is_closed() {
		return '' !== Roster_Probe::$pass;
	}

	/** @return string The program as the web server starts it. The program's own file beside it says where the database is. */
	private static function wrapper( $folder ) {
		return "#!/bin/sh\numask 077\nexec '" . str_replace( "'", "'\\''", "$folder/roster" ) . "'\n";
	}

	/**
	 * PHP that answers, or says that it cannot, and never lets WordPress answer in its place.
	 *
	 * @param string $then What follows the answer.
	 */
	private static function call( $folder, $base, $then = "exit;\n" ) {
		$quoted = static function ( $text ) {
			return var_export( $text, true ); // phpcs:ignore WordPress.PHP.DevelopmentFunctions -- it writes PHP.
		};
		$file  = $quoted( "$folder/class-roster-gateway.php" );
		$error = $quoted( '{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"503","detail":"Roster is not in its place."}' );
		return "if ( ! is_file( $file ) ) {\n"
			. "\theader( 'HTTP/1.1 503 Service Unavailable', true, 503 );\n"
			. "\theader( 'Content-Type: application/scim+json' );\n"
			. "\theader( 'Retry-After: 60' );\n"
			. "\techo $error;\n"
			. "\texit;\n}\n"
			. "require_once $file;\n"
			. "if ( ! Roster_Gateway::serve( {$quoted( $folder )}, {$quoted( $base )} ) ) {\n"
			. "\texit;\n}\n"
			. $then;
	}

	/** @return string .htaccess of a rung. */
	public static function htaccess( $rung ) {
		$name  = str_replace( '-plain', '', $rung );
		$lines = array( self::MARK );
		if ( 'php' !== $name && $name === $rung ) {
			$lines[] = 'Options +ExecCGI';
		}
		$lines[] = 'SetEnvIf Authorization "(.+)" HTTP_AUTHORIZATION=$1';
		$files   = '<FilesMatch "^' . self::ENTRANCE . '$">';
		if ( 'mixed' === $name ) {
			// mod_fcgid refuses bodies beyond its limit; plain CGI takes them.
			array_push( $lines, $files, "\tSetHandler fcgid-script", "\t<If \"%{HTTP:Content-Length} -gt 131072 || -n %{HTTP:Transfer-Encoding}\">", "\t\tSetHandler cgi-script", "\t</If>", '</FilesMatch>', 'RewriteEngine Off' );
		} elseif ( 'cgi' === $name ) {
			array_push( $lines, $files, "\tSetHandler cgi-script", '</FilesMatch>', 'RewriteEngine Off' );
		} elseif ( 'fcgid' === $name ) {
			array_push( $lines, $files, "\tSetHandler fcgid-script", '</FilesMatch>', 'RewriteEngine On', self::ALONE, 'RewriteCond %{HTTP:Content-Length} -gt131072', 'RewriteRule ^' . self::ENTRANCE . '(/|$) gateway.php [END]' );
		} else {
			array_push( $lines, 'RewriteEngine On', self::ALONE, 'RewriteRule ^' . self::ENTRANCE . '(/|$) gateway.php [END]' );
		}
		return implode( "\n", $lines ) . "\n";
	}

	/** @return array[] The rows of the test of WordPress's own front page as the way in. */
	private static function try_front( $folder, $token ) {
		self::open_front( $folder );
		return Roster_Probe::run( Roster_Site::base(), $token );
	}

	/** Lets WordPress's entrance answer. Where its file cannot be written, answer_early() does, which looks at what is remembered. */
	public static function open_front( $folder ) {
		// A folder of that name would be shown by the web server in the place of WordPress.
		if ( self::is_foreign( self::final_folder() ) ) {
			throw new Roster_Problem( 'foreign', array( self::final_folder() ) );
		}
		self::write_front( $folder );
		self::remove( self::final_folder() );
		Roster_Site::remember( array( 'rung' => 'front', 'folder' => $folder ) );
	}

	/**
	 * Writes the file that answers before WordPress has loaded anything else.
	 *
	 * @param string $folder The private folder.
	 * @param string $base   The path of the endpoint; empty: as it is.
	 * @return bool Whether that is possible.
	 */
	public static function write_front( $folder, $base = '' ) {
		$base = '' !== $base ? $base : Roster_Site::path( Roster_Site::base() );
		$scim = dirname( $base );
		$text = "<?php\n/**\n * Plugin Name: Roster gateway\n * Description: Answers below {$scim} by Roster. Written by the plugin Roster, which removes it when it is deactivated.\n */\n\n"
			. "if ( isset( \$_SERVER['REQUEST_URI'] ) && preg_match( " . var_export( self::pattern( $base ), true ) . ", \$_SERVER['REQUEST_URI'] )" . self::host_condition() . " ) {\n" // phpcs:ignore WordPress.PHP.DevelopmentFunctions
			. preg_replace( '/^(?=.)/m', "\t", self::call( $folder, $base, self::THEN ) ) . "}\n";
		return Roster_Site::make_folder( WPMU_PLUGIN_DIR, 0755 ) && Roster_Site::write( WPMU_PLUGIN_DIR . '/' . self::FRONT, $text, 0644 );
	}

	/** @return string The host that is meant; empty: any. On a network whose sites have hosts of their own, it is the main site's alone. */
	private static function only_host() {
		return is_multisite() && is_subdomain_install() ? strtolower( (string) wp_parse_url( Roster_Site::home(), PHP_URL_HOST ) ) : '';
	}

	/** @return string The same as a condition in PHP. */
	private static function host_condition() {
		$host = self::only_host();
		// phpcs:ignore WordPress.PHP.DevelopmentFunctions -- it writes PHP.
		return '' === $host ? '' : " && isset( \$_SERVER['HTTP_HOST'] ) && strtolower( preg_replace( '/:\\d+\$/', '', \$_SERVER['HTTP_HOST'] ) ) === " . var_export( $host, true );
	}

	private static function pattern( $base ) {
		return '#^(?:https?://[^/]+)?' . preg_quote( dirname( $base ), '#' ) . '/' . self::ENTRANCE . '(?:[/?]|$)#';
	}

	/** Answers from the plugin itself, where its file among the mu-plugins could not be written. */
	public static function answer_early() {
		// phpcs:disable WordPress.Security.ValidatedSanitizedInput -- it is only compared.
		if ( defined( 'ROSTER_ASKS' ) || ! isset( $_SERVER['REQUEST_URI'] ) || false === strpos( $_SERVER['REQUEST_URI'], '/' . self::SCIM . '/' ) ) {
			return;
		}
		$state = Roster_Site::state();
		$base  = Roster_Site::path( $state['base'] );
		$host  = self::only_host();
		$is_it = '' === $host || ( isset( $_SERVER['HTTP_HOST'] ) && strtolower( preg_replace( '/:\d+$/', '', $_SERVER['HTTP_HOST'] ) ) === $host );
		if ( $is_it && $state['on'] && 'front' === $state['rung'] && '' !== $base && preg_match( self::pattern( $base ), $_SERVER['REQUEST_URI'] ) ) {
			if ( ! Roster_Gateway::serve( $state['folder'], $base ) ) {
				exit;
			}
			define( 'ROSTER_ASKS', true );
		}
		// phpcs:enable
	}

	/** Removes what a rung consists of, and nothing that others have put there. */
	public static function remove( $folder ) {
		if ( ! is_dir( $folder ) || self::is_foreign( $folder ) ) {
			return;
		}
		// The rules go last: without them the other files would be handed out.
		foreach ( array( 'v2', 'v2.new', 'admin', 'admin.new', 'gateway.php', 'gateway.php.new', '.htaccess.new', '.htaccess' ) as $name ) {
			// phpcs:ignore WordPress.PHP.NoSilencedErrors, WordPress.WP.AlternativeFunctions
			@unlink( "$folder/$name" );
		}
		@rmdir( $folder ); // phpcs:ignore WordPress.PHP.NoSilencedErrors, WordPress.WP.AlternativeFunctions
	}

	public static function remove_front() {
		$file = WPMU_PLUGIN_DIR . '/' . self::FRONT;
		if ( is_file( $file ) ) {
			unlink( $file ); // phpcs:ignore WordPress.WP.AlternativeFunctions
		}
	}
}
