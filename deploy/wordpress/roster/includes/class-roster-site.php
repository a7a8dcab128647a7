<?php
/**
 * Where the site is, and what is remembered of the installation.
 *
 * @package Roster
 */

/** Addresses, folders and the remembered state. On a network they are those of the main site. */
final class Roster_Site {
	const OPTION = 'roster_install';

	/** @return string The site's address, as it is in the settings: what plugins add for languages is not wanted. */
	public static function home() {
		$home = is_multisite() ? get_blog_option( get_main_site_id(), 'home' ) : get_option( 'home' );
		return untrailingslashit( is_ssl() ? set_url_scheme( (string) $home, 'https' ) : (string) $home );
	}

	/** @return string The base URL that a provider is given. */
	public static function base() {
		return self::home() . '/scim/v2';
	}

	/** @return string The path of a URL of this site. */
	public static function path( $url ) {
		return (string) wp_parse_url( $url, PHP_URL_PATH );
	}

	/** @return string The folder that home() shows. It is above ABSPATH where WordPress has a folder of its own. */
	public static function folder() {
		$siteurl = is_multisite() ? get_blog_option( get_main_site_id(), 'siteurl' ) : get_option( 'siteurl' );
		$root    = untrailingslashit( wp_normalize_path( ABSPATH ) );
		$inner   = untrailingslashit( self::path( $siteurl ) );
		$outer   = untrailingslashit( self::path( self::home() ) );
		if ( strlen( $inner ) > strlen( $outer ) && 0 === strpos( $inner, $outer ) ) {
			$own = substr( $inner, strlen( $outer ) );
			if ( substr( $root, -strlen( $own ) ) === $own ) {
				return substr( $root, 0, -strlen( $own ) );
			}
		}
		return $root;
	}

	/** @return array What is remembered. */
	public static function state() {
		$state = get_site_option( self::OPTION );
		return array_merge(
			array(
				'on'       => false,
				'build'    => '',
				'folder'   => '',
				'exposed'  => false,
				'rung'     => '',
				'errand'   => '',
				'base'     => '',
				'problem'  => '',
				'facts'    => array(),
				'test'     => array(),
				'tested'   => 0,
				'seen'     => array(),
				'seen_at'  => 0,
				'attempts' => array(),
				'push'     => '',
				'went_back' => '',
			),
			is_array( $state ) ? $state : array()
		);
	}

	/**
	 * @return bool Whether Roster is on, and this is the site that it was set up on: a copy at another address, for trying
	 *              things out, must not take the changes that are meant for the original.
	 */
	public static function is_here( array $state ) {
		return $state['on'] && preg_replace( '#^https?:#', '', $state['base'] ) === preg_replace( '#^https?:#', '', self::base() );
	}

	/** Changes what is remembered. */
	public static function remember( array $changes ) {
		$state = array_merge( self::state(), $changes );
		if ( is_multisite() ) {
			update_site_option( self::OPTION, $state );
		} else {
			update_option( self::OPTION, $state, true );
		}
	}

	/** Keeps one of the values that roster.php reads. */
	public static function set( $name, $value ) {
		is_multisite() ? update_site_option( $name, $value ) : update_option( $name, $value, true );
	}

	/** @return string Hexadecimal digits that nobody guesses. */
	public static function random( $bytes ) {
		return bin2hex( random_bytes( $bytes ) );
	}

	/** Writes a file whole or not at all, with its mode, whatever PHP's umask is. */
	public static function write( $path, $text, $mode ) {
		$new = $path . '.new';
		// phpcs:disable WordPress.PHP.NoSilencedErrors, WordPress.WP.AlternativeFunctions -- the result is looked at, and WP_Filesystem may want passwords.
		$done = strlen( $text ) === @file_put_contents( $new, $text );
		if ( $done && Roster_Command::may( 'chmod' ) ) {
			@chmod( $new, $mode );
		}
		$done = $done && @rename( $new, $path );
		if ( $done && '.php' === substr( $path, -4 ) && Roster_Command::may( 'opcache_invalidate' ) ) {
			// PHP may look at a file's time every few seconds only.
			@opcache_invalidate( $path, true );
		}
		if ( ! $done ) {
			@unlink( $new );
		}
		// phpcs:enable
		return $done;
	}

	/** Makes a folder with its mode. @return bool Whether it is there. */
	public static function make_folder( $path, $mode ) {
		$before = Roster_Command::may( 'umask' ) ? umask( 0777 & ~$mode ) : null;
		// phpcs:disable WordPress.PHP.NoSilencedErrors, WordPress.WP.AlternativeFunctions -- the result is looked at.
		$made = is_dir( $path ) || @mkdir( $path, $mode );
		if ( null !== $before ) {
			umask( $before );
		}
		if ( $made && Roster_Command::may( 'chmod' ) ) {
			@chmod( $path, $mode );
		}
		// phpcs:enable
		return $made;
	}

	/** Removes a folder of ours with what is in it. */
	public static function remove_folder( $path ) {
		if ( '' === $path || ! is_dir( $path ) || is_link( $path ) ) {
			return;
		}
		foreach ( array_diff( (array) scandir( $path ), array( '.', '..' ) ) as $name ) {
			$item = "$path/$name";
			// phpcs:ignore WordPress.PHP.NoSilencedErrors, WordPress.WP.AlternativeFunctions -- what stays is seen by whoever looks.
			is_dir( $item ) && ! is_link( $item ) ? self::remove_folder( $item ) : @unlink( $item );
		}
		@rmdir( $path ); // phpcs:ignore WordPress.PHP.NoSilencedErrors, WordPress.WP.AlternativeFunctions
	}
}
