<?php
/**
 * What keeps Roster from running here.
 *
 * @package Roster
 */

/** A problem with a name; Roster_Words has what people read. */
final class Roster_Problem extends Exception {
	/** @var string */
	public $reason;

	/** @var string[] */
	public $facts;

	/**
	 * @param string   $reason A name that Roster_Words knows.
	 * @param string[] $facts  What the words are filled with.
	 */
	public function __construct( $reason, array $facts = array() ) {
		parent::__construct( $reason . ( $facts ? ': ' . implode( ', ', $facts ) : '' ) );
		$this->reason = $reason;
		$this->facts  = $facts;
	}
}
