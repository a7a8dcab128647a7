<?php
/**
 * The private folder: where the program and its database are.
 *
 * @package Roster
 */

/** Finds, makes and proves the folder. */
final class Roster_Place {
	const PREFIX = 'roster-';
	const CANARY = '.htroster.test';
	const DENY   = "<IfModule mod_authz_core.c>\n\tRequire all denied\n</IfModule>\n<IfModule !mod_authz_core.c>\n\tOrder deny,allow\n\tDeny from all\n</IfModule>\n";

	/** @return string[] Folders to make ours in, the best first. */
	public static function parents() {
		$found = array();
		$site  = self::real( Roster_Site::folder() );
		$home  = self::home_of_user();
		if ( '' !== $home && self::is_in( $site, $home ) ) {
			$found[] = $home;
		}
		$above = array();
		for ( $folder = dirname( $site ); dirname( $folder ) !== $folder; $folder = dirname( $folder ) ) {
			array_unshift( $above, $folder );
		}
		foreach ( $above as $folder ) {
			array_push( $found, $folder, "$folder/private", "$folder/httpd.private" );
		}
		$found   = array_filter( array_unique( $found ), array( __CLASS__, 'is_fit' ) );
		$found[] = self::real( WP_CONTENT_DIR );
		return array_values( $found );
	}

	/** @return bool Whether a folder may hold ours: no root of a website, nobody else's, not the whole machine's. */
	private static function is_fit( $folder ) {
		// phpcs:disable WordPress.PHP.NoSilencedErrors -- open_basedir complains of what it forbids.
		if ( substr_count( $folder, '/' ) < 2 || ! @is_dir( $folder ) || ! @is_writable( $folder ) ) { // phpcs:ignore WordPress.WP.AlternativeFunctions
			return false;
		}
		$mode   = (int) @fileperms( $folder );
		$owner  = @fileowner( $folder );
		$owners = array( @fileowner( ABSPATH ) );
		// phpcs:enable
		if ( Roster_Command::may( 'posix_geteuid' ) ) {
			$owners[] = posix_geteuid();
		}
		if ( ( $mode & 0002 ) || ! in_array( $owner, $owners, true ) ) {
			return false;
		}
		foreach ( self::roots() as $root => $url ) {
			if ( self::is_in( self::real( $folder ), $root ) ) {
				return false;
			}
		}
		return true;
	}

	/** @return string[] Folders that the web server shows, and under which address. */
	public static function roots() {
		$roots = array(
			ABSPATH               => site_url(),
			Roster_Site::folder() => Roster_Site::home(),
			WP_CONTENT_DIR        => content_url(),
		);
		if ( ! empty( $_SERVER['DOCUMENT_ROOT'] ) ) {
			$parts = wp_parse_url( Roster_Site::home() );
			$roots[ wp_unslash( $_SERVER['DOCUMENT_ROOT'] ) ] = $parts['scheme'] . '://' . $parts['host'] . ( isset( $parts['port'] ) ? ':' . $parts['port'] : '' ); // phpcs:ignore WordPress.Security.ValidatedSanitizedInput
		}
		$real = array();
		foreach ( $roots as $root => $url ) {
			$real[ self::real( $root ) ] = untrailingslashit( $url );
		}
		return array_filter( $real, 'strlen' );
	}

	/**
	 * Makes our folder in another.
	 *
	 * @return string Its path; empty where it cannot be written.
	 */
	public static function make( $parent ) {
		$inside = self::is_shown( $parent );
		$folder = $parent . '/' . ( $inside ? '.ht' : '' ) . self::PREFIX . Roster_Site::random( 16 );
		$proof  = Roster_Site::random( 8 );
		if ( ! Roster_Site::make_folder( $folder, 0700 ) ) {
			return '';
		}
		$fits = Roster_Site::write( "$folder/.htproof", $proof, 0600 ) && file_get_contents( "$folder/.htproof" ) === $proof
			&& Roster_Site::write( "$folder/.htaccess", self::DENY, 0600 ) && Roster_Site::write( "$folder/index.php", "<?php\n", 0600 );
		if ( ! $fits ) {
			Roster_Site::remove_folder( $folder );
			return '';
		}
		unlink( "$folder/.htproof" ); // phpcs:ignore WordPress.WP.AlternativeFunctions
		return $folder;
	}

	/** @return bool Whether a folder lies below one that the web server shows. */
	public static function is_shown( $folder ) {
		foreach ( self::roots() as $root => $url ) {
			if ( self::is_in( self::real( $folder ), $root ) ) {
				return true;
			}
		}
		return false;
	}

	/** @return bool Whether somebody who knows the name can fetch what is in the folder. */
	public static function is_exposed( $folder ) {
		$mark = Roster_Site::random( 16 );
		if ( ! Roster_Site::write( "$folder/" . self::CANARY, $mark, 0600 ) ) {
			return false;
		}
		$exposed = false;
		foreach ( self::addresses( $folder ) as $url ) {
			$answer  = Roster_Probe::request( 'GET', $url . '/' . self::CANARY );
			$exposed = $exposed || false !== strpos( $answer['body'], $mark );
		}
		unlink( "$folder/" . self::CANARY ); // phpcs:ignore WordPress.WP.AlternativeFunctions
		return $exposed;
	}

	/** @return string[] Every address that the folder could have. */
	public static function addresses( $folder ) {
		$folder    = self::real( $folder );
		$addresses = array( Roster_Site::home() . '/' . basename( $folder ) );
		foreach ( self::roots() as $root => $url ) {
			if ( self::is_in( $folder, $root ) ) {
				$addresses[] = $url . substr( $folder, strlen( $root ) );
			}
		}
		return array_unique( $addresses );
	}

	/** @return string The kind of a network file system that a folder is on; empty where it is none, or unknown. */
	public static function network_file_system( $folder ) {
		$table = @file_get_contents( '/proc/self/mountinfo' ); // phpcs:ignore WordPress.PHP.NoSilencedErrors -- open_basedir forbids it on many hosts.
		$best  = '';
		$kind  = '';
		foreach ( explode( "\n", (string) $table ) as $line ) {
			if ( preg_match( '#^\S+ \S+ \S+ \S+ (\S+) .* - (\S+) #', $line, $found ) && self::is_in( $folder, $found[1] ) && strlen( $found[1] ) >= strlen( $best ) ) {
				list( , $best, $kind ) = $found;
			}
		}
		return preg_match( '/^(nfs|cifs|smb|fuse\.glusterfs|fuse\.sshfs|ceph|lustre)/', $kind ) ? $kind : '';
	}

	/** @return string The home of the user whom PHP runs as. */
	private static function home_of_user() {
		$home = '';
		if ( Roster_Command::may( 'posix_getpwuid' ) && Roster_Command::may( 'posix_geteuid' ) ) {
			$user = posix_getpwuid( posix_geteuid() );
			$home = $user ? (string) $user['dir'] : '';
		}
		$home = '' !== $home ? $home : (string) getenv( 'HOME' );
		return '' !== $home ? self::real( $home ) : '';
	}

	private static function real( $path ) {
		$real = @realpath( $path ); // phpcs:ignore WordPress.PHP.NoSilencedErrors -- open_basedir
		return untrailingslashit( false === $real ? $path : $real );
	}

	private static function is_in( $path, $folder ) {
		return $path === $folder || 0 === strpos( $path, untrailingslashit( $folder ) . '/' );
	}
}
