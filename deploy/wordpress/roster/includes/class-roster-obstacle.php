<?php
/**
 * Rules that take every address with "scim" in it, as older SCIM plugins want them.
 *
 * @package Roster
 */

/** Finds what keeps requests from the address although others like it get through. */
final class Roster_Obstacle {
	const RULE = '/^\s*(?:RewriteRule|RewriteCond\s+\S+\s+(?!!)|Redirect\w*|<(?:Files|FilesMatch|If)\b).*scim/i';

	/** @return string The first rule for such addresses in the .htaccess files that count here, with its place; empty where there is none. */
	public static function rule() {
		$folder = Roster_Site::folder();
		for ( $depth = 0; $depth < 4 && strlen( $folder ) > 1; $depth++, $folder = dirname( $folder ) ) {
			// phpcs:ignore WordPress.PHP.NoSilencedErrors, WordPress.WP.AlternativeFunctions -- there need be none, and open_basedir complains.
			$lines = @file( "$folder/.htaccess", FILE_IGNORE_NEW_LINES );
			foreach ( $lines ? $lines : array() as $index => $line ) {
				if ( preg_match( self::RULE, $line ) ) {
					return "$folder/.htaccess:" . ( $index + 1 ) . ': ' . substr( trim( $line ), 0, 200 );
				}
			}
		}
		return '';
	}

	/** @return bool Whether a request for an address of another name arrives: then this one's name is what is in the way. */
	public static function is_in_the_name( $folder ) {
		$name = '/roster-probe-' . Roster_Site::random( 6 ) . '/v2';
		if ( ! Roster_Ladder::write_front( $folder, Roster_Site::path( Roster_Site::home() ) . $name ) ) {
			return false;
		}
		$answer = Roster_Probe::request( 'GET', Roster_Site::home() . "$name/ServiceProviderConfig" );
		Roster_Ladder::remove_front();
		return Roster_Probe::judge( 'GET', $answer )['ok'];
	}
}
