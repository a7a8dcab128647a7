<?php
/**
 * Commands by way of the web server, where PHP starts no programs and CGI is there.
 *
 * @package Roster
 */

/** A script that the web server runs once. What it says goes into the private folder, never over the network. */
final class Roster_Errand {
	/** @return bool Whether commands can be run, by PHP or by the web server. */
	public static function can_run() {
		return Roster_Command::is_possible() || '' !== Roster_Site::state()['errand'];
	}

	/** Finds out whether the web server runs scripts, with one that tells nothing. */
	public static function look() {
		foreach ( Roster_Command::is_possible() ? array() : array( 'cgi', 'cgi-plain' ) as $rung ) {
			$folder = self::open( $rung, "printf 'Status: 200 OK\\r\\nContent-Type: text/plain\\r\\n\\r\\nran'\n" );
			$answer = Roster_Probe::request( 'GET', Roster_Site::home() . '/' . basename( $folder ) . '/v2' );
			Roster_Ladder::remove( $folder );
			if ( 'ran' === trim( $answer['body'] ) ) {
				Roster_Site::remember( array( 'errand' => $rung ) );
				return;
			}
		}
		Roster_Site::remember( array( 'errand' => '' ) );
	}

	/**
	 * Has a command run.
	 *
	 * @param string   $folder The private folder.
	 * @param string[] $words  The program and its arguments. None of them is a secret.
	 * @return string[] What it wrote to standard output and to standard error.
	 */
	public static function run( $folder, array $words ) {
		$rung = Roster_Site::state()['errand'];
		if ( '' === $rung ) {
			return array( '', '' );
		}
		$base = "$folder/.htrun-" . Roster_Site::random( 8 );
		$line = implode( ' ', array_map( array( 'Roster_Command', 'quoted' ), $words ) );
		// Without these variables the program takes the request for its own.
		$open = self::open(
			$rung,
			"unset GATEWAY_INTERFACE REQUEST_METHOD\numask 077\nexec </dev/null\nexport PATH=" . Roster_Command::PATH . "\n"
			. "$line >" . Roster_Command::quoted( "$base.out" ) . ' 2>' . Roster_Command::quoted( "$base.err" ) . "\nprintf 'Status: 204 No Content\\r\\n\\r\\n'\n"
		);
		Roster_Probe::request( 'GET', Roster_Site::home() . '/' . basename( $open ) . '/v2' );
		Roster_Ladder::remove( $open );
		$said = array();
		foreach ( array( "$base.out", "$base.err" ) as $file ) {
			// phpcs:disable WordPress.PHP.NoSilencedErrors, WordPress.WP.AlternativeFunctions -- a command that did not run has written none.
			$said[] = (string) @file_get_contents( $file );
			@unlink( $file );
			// phpcs:enable
		}
		return $said;
	}

	/** @return string A folder of the document root with a script that can be asked for until it is removed. */
	private static function open( $rung, $script ) {
		$folder = Roster_Site::folder() . '/roster-errand-' . Roster_Site::random( 16 );
		Roster_Site::make_folder( $folder, 0755 );
		Roster_Site::write( "$folder/.htaccess", Roster_Ladder::htaccess( $rung ), 0644 );
		Roster_Site::write( "$folder/v2", "#!/bin/sh\n$script", 0755 );
		return $folder;
	}
}
