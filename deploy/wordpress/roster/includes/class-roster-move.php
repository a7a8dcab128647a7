<?php
/**
 * The private folder in another place, where nobody can fetch it.
 *
 * @package Roster
 */

/**
 * Moves the folder while requests come. It is renamed, so whoever has the database open goes on with the same file, and
 * its old name leads to the new one until everything else does.
 */
final class Roster_Move {
	/** @throws Roster_Problem Where there is no better place. */
	public static function run() {
		$state = Roster_Site::state();
		$old   = $state['folder'];
		$new   = self::place( $old );
		// phpcs:disable WordPress.PHP.NoSilencedErrors, WordPress.WP.AlternativeFunctions -- the result is looked at.
		if ( ! @rename( $old, $new ) ) {
			throw new Roster_Problem( 'place', array( "$new: " . __( 'the folder cannot be renamed', 'roster' ) ) );
		}
		$leads = Roster_Command::may( 'symlink' ) && @symlink( $new, $old );
		Roster_Site::remember( array( 'folder' => $new, 'exposed' => false ) );
		Roster_Setup::write_private_files( $new );
		Roster_Setup::raise( $state['rung'], $new );
		if ( $leads ) {
			unlink( $old );
		}
		// phpcs:enable
	}

	/**
	 * @param string $old The folder as it is.
	 * @return string The path that it can have: on the same file system, where programs run, and not handed out.
	 */
	private static function place( $old ) {
		$reasons = array();
		foreach ( Roster_Place::parents() as $parent ) {
			if ( Roster_Place::is_shown( $parent ) ) {
				continue;
			}
			$folder = Roster_Place::make( $parent );
			$fault  = '' === $folder ? __( 'cannot be written', 'roster' ) : self::fault( $folder, $old );
			Roster_Site::remove_folder( $folder );
			if ( '' === $fault ) {
				return $folder;
			}
			$reasons[] = "$parent: $fault";
		}
		throw new Roster_Problem( 'place', $reasons );
	}

	/** @return string What speaks against a new folder; empty where nothing does. */
	private static function fault( $folder, $old ) {
		if ( stat( $folder )['dev'] !== stat( $old )['dev'] ) {
			return __( 'is on another disk', 'roster' );
		}
		if ( Roster_Place::is_exposed( $folder ) ) {
			return __( 'is handed out by the web server', 'roster' );
		}
		$runs = Roster_Program::copy( "$old/roster", "$folder/roster" ) && ( ! Roster_Errand::can_run() || '' !== Roster_Program::version( $folder ) );
		return $runs ? '' : __( 'programs cannot be run there', 'roster' );
	}
}
