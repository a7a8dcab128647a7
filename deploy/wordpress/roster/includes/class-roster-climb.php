<?php
/**
 * The ladder where this site cannot call itself: the administrator's browser asks in its place.
 *
 * @package Roster
 */

/**
 * One task for the browser at a time. What has been done so far is remembered for some minutes.
 *
 * A task is a list of addresses to get, or the steps of the test against an address, or the end.
 */
final class Roster_Climb {
	const MEMORY  = 'roster_climb';
	const SECONDS = 900;

	/**
	 * Takes what the browser was answered, and says what is next.
	 *
	 * @param array|null $answers Of the last task; null begins anew.
	 * @return array The task.
	 */
	public static function next( $answers ) {
		$memory = get_site_transient( self::MEMORY );
		if ( null === $answers || ! is_array( $memory ) ) {
			return self::begin();
		}
		switch ( $memory['phase'] ) {
			case 'canary':
				$memory['exposed'] = self::has_canary( $answers, $memory['mark'] );
				unlink( $memory['folder'] . '/' . Roster_Place::CANARY ); // phpcs:ignore WordPress.WP.AlternativeFunctions
				Roster_Site::remember( array( 'exposed' => $memory['exposed'] ) );
				return self::open( $memory );
			case 'decoy':
				foreach ( $answers as $answer ) {
					$fault = Roster_Ladder::decoy_fault( $memory['rung'], $memory['mark'], $answer );
					if ( '' !== $fault ) {
						return self::skip( $memory, Roster_Ladder::failure( $fault ) );
					}
				}
				Roster_Ladder::write( $memory['rung'], Roster_Site::folder() . '/' . $memory['name'], $memory['folder'] );
				return self::steps( $memory, 'probe', Roster_Site::home() . '/' . $memory['name'] . '/v2' );
			case 'probe':
				$rows = Roster_Probe::judge_all( $answers );
				if ( ! Roster_Probe::is_green( $rows ) && ! $memory['keep'] ) {
					return self::skip( $memory, $rows );
				}
				$memory['old'] = Roster_Ladder::promote( Roster_Site::folder() . '/' . $memory['name'] );
				return self::steps( $memory, 'final', Roster_Site::base() );
			default:
				return self::judge( $memory, Roster_Probe::judge_all( $answers ) );
		}
	}

	/** The folder, the program and the database first; then whether the folder can be fetched. */
	private static function begin() {
		$folder = Roster_Setup::prepare();
		$mark   = Roster_Site::random( 16 );
		Roster_Site::write( "$folder/" . Roster_Place::CANARY, $mark, 0600 );
		$urls = array();
		foreach ( Roster_Place::addresses( $folder ) as $address ) {
			$urls[] = $address . '/' . Roster_Place::CANARY;
		}
		$memory = array(
			'phase'    => 'canary',
			'folder'   => $folder,
			'mark'     => $mark,
			'at'       => -1,
			'rung'     => '',
			'keep'     => false,
			'attempts' => array(),
			'best'     => '',
			'passed'   => 0,
			'old'      => '',
		);
		return self::task( $memory, array( 'gets' => $urls, 'token' => Roster_Setup::test_token( $folder ) ) );
	}

	private static function has_canary( array $answers, $mark ) {
		foreach ( $answers as $answer ) {
			if ( false !== strpos( $answer['body'], $mark ) ) {
				return true;
			}
		}
		return false;
	}

	/** The next rung, or the best of those that passed half. */
	private static function open( array $memory ) {
		do {
			++$memory['at'];
		} while ( isset( Roster_Ladder::RUNGS[ $memory['at'] ] ) && ! Roster_Ladder::is_worth_a_try( Roster_Ladder::RUNGS[ $memory['at'] ], $memory['attempts'] ) );
		if ( ! isset( Roster_Ladder::RUNGS[ $memory['at'] ] ) ) {
			if ( '' === $memory['best'] || $memory['keep'] ) {
				return self::fail( $memory );
			}
			$memory['keep'] = true;
			$memory['at']   = (int) array_search( $memory['best'], Roster_Ladder::RUNGS, true );
		}
		$memory['rung'] = Roster_Ladder::RUNGS[ $memory['at'] ];
		if ( 'front' === $memory['rung'] ) {
			Roster_Ladder::open_front( $memory['folder'] );
			return self::steps( $memory, 'final', Roster_Site::base() );
		}
		$memory['mark'] = Roster_Site::random( 8 );
		$memory['name'] = Roster_Ladder::open( $memory['rung'], $memory['mark'] );
		if ( '' === $memory['name'] ) {
			return self::skip( $memory, Roster_Ladder::failure( __( 'the document root cannot be written', 'roster' ) ) );
		}
		$memory['phase'] = 'decoy';
		$url             = Roster_Site::home() . '/' . $memory['name'] . '/v2' . Roster_Ladder::decoy( $memory['rung'] );
		return self::task( $memory, array( 'gets' => array( $url ) ) );
	}

	/** Leaves a rung. */
	private static function skip( array $memory, array $rows ) {
		if ( ! empty( $memory['name'] ) ) {
			Roster_Ladder::remove( Roster_Site::folder() . '/' . $memory['name'] );
		}
		$memory['attempts'][ $memory['rung'] ] = Roster_Ladder::summary( $rows );
		$passed                                = count( array_filter( wp_list_pluck( $rows, 'ok' ) ) );
		if ( Roster_Ladder::is_of_use( $rows ) && $passed > $memory['passed'] ) {
			$memory['best']   = $memory['rung'];
			$memory['passed'] = $passed;
		}
		return self::open( $memory );
	}

	/** What came of a rung under its own name. */
	private static function judge( array $memory, array $rows ) {
		$stays = Roster_Probe::is_green( $rows ) || ( $memory['keep'] && Roster_Ladder::is_of_use( $rows ) );
		if ( 'front' !== $memory['rung'] ) {
			Roster_Ladder::settle( $memory['old'], $stays );
		}
		if ( ! $stays ) {
			$memory['name'] = '';
			return self::skip( $memory, $rows );
		}
		$memory['attempts'][ $memory['rung'] ] = Roster_Ladder::summary( $rows );
		delete_site_transient( self::MEMORY );
		Roster_Setup::revoke_test_token( $memory['folder'] );
		Roster_Site::remember( array( 'rung' => $memory['rung'], 'attempts' => $memory['attempts'], 'test' => $rows, 'tested' => time(), 'seen' => $rows, 'seen_at' => time() ) );
		Roster_Setup::connect( $memory['folder'] );
		Roster_Site::remember( array( 'problem' => '', 'facts' => array() ) );
		return array( 'done' => true );
	}

	private static function fail( array $memory ) {
		delete_site_transient( self::MEMORY );
		Roster_Setup::revoke_test_token( $memory['folder'] );
		Roster_Ladder::remove_front();
		Roster_Site::remember( array( 'rung' => '', 'attempts' => $memory['attempts'] ) );
		throw new Roster_Problem( 'way' );
	}

	private static function steps( array $memory, $phase, $base ) {
		$memory['phase'] = $phase;
		return self::task( $memory, array( 'base' => $base, 'steps' => Roster_Probe::plan() ) );
	}

	private static function task( array $memory, array $task ) {
		set_site_transient( self::MEMORY, $memory, self::SECONDS );
		return $task;
	}
}
