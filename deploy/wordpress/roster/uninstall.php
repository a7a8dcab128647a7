<?php
/**
 * The plugin is deleted. The directory stays unless its page was told otherwise, and with it the lock on leavers.
 *
 * @package Roster
 */

if ( ! defined( 'WP_UNINSTALL_PLUGIN' ) ) {
	exit;
}

require_once __DIR__ . '/includes/class-roster-command.php';
require_once __DIR__ . '/includes/class-roster-site.php';
require_once __DIR__ . '/includes/class-roster-ladder.php';

Roster_Ladder::remove( Roster_Ladder::final_folder() );
Roster_Ladder::remove_front();
wp_clear_scheduled_hook( 'roster_tend' );
wp_clear_scheduled_hook( 'roster_pull' );

if ( 'delete' === get_site_option( 'roster_uninstall' ) ) {
	$roster_state = Roster_Site::state();
	// Of a folder with another name somebody else may think otherwise; and a copy of the site leaves the original's alone.
	if ( preg_match( '/^(\.ht)?roster-[0-9a-f]{32}$/', basename( $roster_state['folder'] ) ) && Roster_Site::is_here( array( 'on' => true ) + $roster_state ) ) {
		Roster_Site::remove_folder( $roster_state['folder'] );
	}
	// phpcs:disable WordPress.PHP.NoSilencedErrors, WordPress.WP.AlternativeFunctions
	@unlink( WPMU_PLUGIN_DIR . '/roster-guard.php' );
	// phpcs:enable
	Roster_Site::remove_folder( WPMU_PLUGIN_DIR . '/roster-guard' );
	foreach ( array( 'roster_install', 'roster_secret', 'roster_url', 'roster_name', 'roster_uninstall', 'roster_settings', 'roster_heard', 'roster_fault', 'roster_pulled', 'roster_acknowledge' ) as $roster_option ) {
		delete_site_option( $roster_option );
	}
}
